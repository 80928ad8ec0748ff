import { readFileSync } from 'node:fs';

/** Addresses of the one node. They exist in its network namespace and nowhere else. */
export const NODE = {
  /** Pods are plugged into it; it is also where they reach what runs on the node. */
  bridge: 'br0',
  bridgeIp: '10.244.0.1',
  podPrefix: 24,
  /** Every address of it is the node's own: a forwarder can listen on any ClusterIP. */
  serviceNetwork: '10.247.0.0/16',
  /** The load balancer's, likewise. */
  loadBalancerIp: '10.65.176.54',
  /** Memory, empty at the start. */
  dir: '/run/livekit-voice-agent-node',
} as const;

/** Set in the environment of whatever runs on the node. */
const MARK = 'VOICE_AGENT_CLUSTER_NODE';

/**
 * Runs `"$@"` on the node. It is not the first process of the process namespace: a shell stays there, which takes in
 * the orphans of all others.
 */
const SET_UP = `
set -eu
bridge=$1 bridge_ip=$2 service_network=$3 load_balancer_ip=$4 dir=$5
shift 5
mkdir -p /run/netns "$dir"
mount -t tmpfs none /run/netns
mount -t tmpfs none "$dir"
mkdir -m 1777 "$dir/tmp"
ip link set lo up
# Left to itself it takes the lowest address of its ports: when that pod goes, the others lose their gateway for a minute.
ip link add "$bridge" address 02:0a:f4:00:00:01 type bridge
ip address add "$bridge_ip" dev "$bridge"
ip link set "$bridge" up
ip route add local "$service_network" dev lo
ip route add local "$load_balancer_ip/32" dev lo
[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ] || echo 0 >/proc/sys/net/ipv4/ip_forward
${MARK}=1 TMPDIR="$dir/tmp" "$@"
`;

/**
 * A command that runs another on the node: with network, processes and mounts of its own, as root. When it ends, or is
 * killed, the kernel takes all of them down: no process, namespace, address or mount outlives it.
 */
export function onNode(command: string, ...args: string[]): [string, ...string[]] {
  const namespaces = ['--net', '--pid', '--fork', '--kill-child', '--mount', '--mount-proc'];
  const { bridge, bridgeIp, podPrefix, serviceNetwork, loadBalancerIp, dir } = NODE;
  const values = [bridge, `${bridgeIp}/${podPrefix}`, serviceNetwork, loadBalancerIp, dir];
  return ['unshare', ...namespaces, 'sh', '-c', SET_UP, 'node', ...values, command, ...args];
}

/** Looked up where the kernel tells of this process's own network: /sys tells of the machine's. */
export const isOnNode = (): boolean =>
  process.env[MARK] === '1' && readFileSync('/proc/net/dev', 'utf8').includes(`${NODE.bridge}:`);
