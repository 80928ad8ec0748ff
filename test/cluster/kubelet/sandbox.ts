import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { AppError } from '../../../src/errors.ts';
import { NODE } from '../node-namespace.ts';

const run = promisify(execFile);

/** A pod's network: the namespace that its containers share, plugged into the node's bridge. */
export interface Sandbox {
  /** Process that holds the namespaces open. */
  readonly pid: number;
  readonly ip: string;
  destroy(): Promise<void>;
}

/** Holds network and host name for the pod's life, as Kubernetes' pause container does. */
const PAUSE = 'hostname "$0" && ip link set lo up && echo ready && exec sleep infinity';

/** @throws AppError when the kernel refuses. */
export async function createSandbox(hostname: string, ip: string): Promise<Sandbox> {
  const pause = spawn('unshare', ['--net', '--uts', 'sh', '-c', PAUSE, hostname], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(pause, 'exit');
  await Promise.race([once(pause.stdout, 'data'), ended]);
  if (pause.pid === undefined || pause.exitCode !== null) {
    throw new AppError(`no network namespace for pod ${hostname}: unshare ended with ${pause.exitCode}`);
  }
  const { pid } = pause;
  await plugIn(pid, ip);
  return {
    pid,
    ip,
    async destroy() {
      pause.kill('SIGKILL');
      await ended;
    },
  };
}

/** The pod's end is `eth0`; ClusterIPs are reached through the node. The kernel removes both ends with the namespace. */
async function plugIn(pid: number, ip: string): Promise<void> {
  const nodeEnd = `pod${ip.split('.').at(-1)}`;
  const onNode = `link add ${nodeEnd} type veth peer name eth0 netns ${pid}
link set ${nodeEnd} addrgenmode none master ${NODE.bridge} up`;
  const inPod = `link set eth0 addrgenmode none up
address add ${ip}/${NODE.podPrefix} dev eth0
route add default via ${NODE.bridgeIp}`;
  await feed(['ip', '-batch', '-'], onNode);
  await feed(['nsenter', '--target', `${pid}`, '--net', 'ip', '-batch', '-'], inPod);
}

async function feed([command = '', ...args]: string[], input: string): Promise<void> {
  const running = run(command, args);
  running.child.stdin?.end(`${input}\n`);
  await running;
}

/**
 * Addresses of pods. One that is free again comes last: others still know it with the hardware address of the pod that
 * had it.
 */
export function createAddresses(network = '10.244.0.') {
  const free = Array.from({ length: 200 }, (_, i) => `${network}${i + 10}`);
  return {
    take(): string {
      const address = free.shift();
      if (address) return address;
      throw new AppError(`no address of ${network}0/24 is free for another pod`);
    },
    release: (address: string) => free.push(address),
  };
}
