import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** Addresses of the installation. They exist in the matrix' own network and nowhere else. */
export const AT = {
  /** Pods. */
  sfu: '10.244.0.10',
  relay: '10.244.0.20',
  node: '10.244.0.1',
  page: '10.244.0.30',
  models: '10.244.0.40',
  redis: '10.244.0.50',
  /** Where the load balancer is, and where another one can be put. */
  loadBalancer: '10.65.176.54',
  otherDoor: '10.65.176.55',
  thirdDoor: '10.65.176.56',
  /** Outside: the router before the laptop, and the far end of its line, where names are resolved. */
  line: '198.51.100.1',
  router: '198.51.100.2',
  /** On the line too: a TURN server with two addresses, which tells kinds of NAT apart. */
  stun: '198.51.100.3',
  otherStun: '198.51.100.4',
  home: '192.168.7.1',
  laptop: '192.168.7.2',
} as const;

/** The load balancer's doors to the relay. */
export const TURN_PORT = { udp: 3478, tcp: 3480 } as const;

/** Network namespaces. All pods but the relay's, the load balancer and the tests are in the first, nameless one. */
export type Namespace = 'relay' | 'router' | 'laptop' | undefined;

const MARK = 'VOICE_AGENT_DOCTOR_MATRIX';

/**
 * Runs `"$@"` with a network, processes and mounts of its own: pods are addresses of its loopback, but for the relay's; the laptop sits
 * behind a router that translates addresses as Linux does, and reaches nothing but the load balancer's ports.
 */
const SET_UP = `
set -eu
mkdir -p /run/netns
mount -t tmpfs none /run/netns
mount -t tmpfs none /mnt
echo 'nameserver ${AT.line}' >/mnt/resolv.conf
echo 'hosts: files dns' >/mnt/nsswitch.conf
echo '127.0.0.1 localhost' >/mnt/hosts
for file in resolv.conf nsswitch.conf hosts; do mount --bind /mnt/$file /etc/$file; done
ip link set lo up
for address in ${[AT.sfu, AT.page, AT.models, AT.redis, AT.loadBalancer, AT.otherDoor, AT.thirdDoor].join(' ')}; do
  ip address add $address/32 dev lo
done
echo 1 >/proc/sys/net/ipv4/ip_forward
ip netns add relay
ip link add node type veth peer name eth0 netns relay
ip address add ${AT.node}/32 dev node
ip link set node up
ip route add ${AT.relay} dev node
in_relay='ip netns exec relay'
$in_relay ip link set lo up
$in_relay ip address add ${AT.relay}/32 dev eth0
$in_relay ip link set eth0 up
$in_relay ip route add ${AT.node} dev eth0
$in_relay ip route add default via ${AT.node}
ip netns add router
ip netns add laptop
ip link add line type veth peer name uplink netns router
ip address add ${AT.line}/24 dev line
ip address add ${AT.stun}/24 dev line
ip address add ${AT.otherStun}/24 dev line
ip link set line up
in_router='ip netns exec router'
$in_router ip link set lo up
$in_router ip address add ${AT.router}/24 dev uplink
$in_router ip link set uplink up
$in_router ip link add home type veth peer name eth0 netns laptop
$in_router ip address add ${AT.home}/24 dev home
$in_router ip link set home up
$in_router ip route add default via ${AT.line}
$in_router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
$in_router iptables -t nat -A POSTROUTING -o uplink -j MASQUERADE
in_laptop='ip netns exec laptop'
$in_laptop ip link set lo up
$in_laptop ip address add ${AT.laptop}/24 dev eth0
$in_laptop ip link set eth0 up
$in_laptop ip route add default via ${AT.home}
for chain in PREROUTING OUTPUT; do
  iptables -t nat -A $chain -d ${AT.loadBalancer} -p udp --dport ${TURN_PORT.udp} -j DNAT --to ${AT.relay}
  iptables -t nat -A $chain -d ${AT.loadBalancer} -p tcp --dport ${TURN_PORT.tcp} -j DNAT --to ${AT.relay}
done
iptables -A INPUT ! -i line -j ACCEPT
iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
iptables -A INPUT -p udp --dport 53 -d ${AT.line} -j ACCEPT
iptables -A INPUT -p tcp --dport 443 -j ACCEPT
iptables -A INPUT -p udp --dport 3478:3479 -d ${AT.stun} -j ACCEPT
iptables -A INPUT -p udp --dport 3478:3479 -d ${AT.otherStun} -j ACCEPT
iptables -A INPUT -j DROP
iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,DNAT -j ACCEPT
iptables -A FORWARD -i line -j DROP
${MARK}=1 "$@"
`;

/**
 * A command that runs another in the network of the matrix. When it ends, or is killed, the kernel takes everything
 * down: no process, namespace, address or rule outlives it.
 */
export function inOwnNetwork(command: string, ...args: string[]): [string, ...string[]] {
  const namespaces = ['--net', '--pid', '--fork', '--kill-child', '--mount', '--mount-proc'];
  return ['unshare', ...namespaces, 'sh', '-c', SET_UP, 'matrix', command, ...args];
}

/** Looked up where the kernel tells of this process's own network. */
export const isInOwnNetwork = (): boolean =>
  process.env[MARK] === '1' && readFileSync('/proc/net/dev', 'utf8').includes('line:');

/** What comes before a command that is to run there. */
export const within = (namespace: Namespace): readonly string[] =>
  namespace ? ['ip', 'netns', 'exec', namespace] : [];

/** Runs a command such as `iptables` to its end. @throws Error with what it said. */
export async function inNamespace(namespace: Namespace, ...command: string[]): Promise<string> {
  const [first = '', ...rest] = [...within(namespace), ...command];
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
  return (await promisify(execFile)(first, rest, { env })).stdout;
}

/**
 * Puts a rule of iptables before all others of its chain.
 *
 * @param rule - without its verb, such as `['-t', 'filter', 'INPUT', '-j', 'DROP']`: chain and what follows.
 * @returns takes it out again.
 */
export async function firewall(
  namespace: Namespace,
  { table = 'filter', chain, rule }: { table?: string; chain: string; rule: readonly string[] },
): Promise<() => Promise<unknown>> {
  await inNamespace(namespace, 'iptables', '-t', table, '-I', chain, ...rule);
  return () => inNamespace(namespace, 'iptables', '-t', table, '-D', chain, ...rule);
}

/** A firewall before the load balancer that drops what comes from callers' lines to one of its doors. @returns opens it again. */
export const closedDoor = (protocol: 'udp' | 'tcp', port: number) =>
  firewall(undefined, {
    chain: 'FORWARD',
    rule: ['-i', 'line', '-p', protocol, '--dport', String(port), '-j', 'DROP'],
  });
