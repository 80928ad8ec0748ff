import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

export interface ClientOptions {
  /** The only address that it reaches. */
  address: string;
  /** The only name that it knows, for that address. */
  host: string;
}

export interface Door {
  protocol: 'udp' | 'tcp';
  port: number;
}

/** A network far away from the cluster, as behind a VPN: one address can be reached from it, and nothing else. */
export interface Client {
  /** A program there, to its end: what it wrote, both streams. */
  run(command: string, ...args: string[]): Promise<{ output: string; code: number }>;
  spawn(command: string, args: readonly string[], options: SpawnOptions): ChildProcess;
  /** The command line that runs a program there. */
  enter: readonly string[];
  /** From now on a firewall on its way drops packets to these doors, without an answer. */
  block(...doors: Door[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Runs first, inside: names are known by /etc/hosts alone. The namespaces live as long as this process, which ends when
 * its standard input does: with the test, however that ends.
 */
const HOLD = `set -e
dir=$1
echo "$2 $3" >"$dir/hosts"
echo 'hosts: files' >"$dir/nsswitch.conf"
: >"$dir/resolv.conf"
for file in hosts nsswitch.conf resolv.conf; do mount --bind "$dir/$file" "/etc/$file"; done
ip link set lo up
echo ready
read -r _ || true`;

/** Nobody has this hardware address: what is sent to it is lost. */
const NOBODY = '02:00:00:00:00:01';
/** Routing table of what is dropped. */
const FIREWALL = 99;

let clients = 0;

/** Makes a client of the network namespace that this process is in, which has to have `address`. */
export async function createClient({ address, host }: ClientOptions): Promise<Client> {
  clients += 1;
  const device = `client${clients}`;
  const own = `192.168.77.${clients + 1}`;
  const dir = await mkdtemp(join(tmpdir(), 'client-'));
  const holder = spawn('unshare', ['--net', '--mount', 'sh', '-c', HOLD, 'sh', dir, address, host], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(createInterface({ input: holder.stdout }), 'line');
  const children: ChildProcess[] = [];
  const enter = ['nsenter', `--target=${holder.pid}`, '--net', '--mount', '--'];
  const here = ip([]);
  const there = ip(enter);
  await here(`link add ${device} type veth peer name eth0 netns ${holder.pid}`);
  await here(`link set ${device} up`);
  // Sockets that are bound to no address answer from the one that was asked.
  await here(`route add ${own}/32 dev ${device} src ${address}`);
  await there('link set eth0 addrgenmode none up');
  await there(`address add ${own}/32 dev eth0`);
  await there(`route add ${address}/32 dev eth0`);
  await there('link add firewall type veth peer name nowhere');
  await there('link set nowhere addrgenmode none up');
  await there('link set firewall addrgenmode none up');
  await there(`neighbour add ${address} lladdr ${NOBODY} dev firewall`);
  await there(`route add ${address}/32 dev firewall src ${own} table ${FIREWALL}`);
  return {
    enter,
    async block(...doors) {
      for (const { protocol, port } of doors)
        await there(`rule add ipproto ${protocol} dport ${port} lookup ${FIREWALL}`);
    },
    spawn(command, args, options) {
      const child = spawn('nsenter', [...enter.slice(1), command, ...args], options);
      children.push(child);
      return child;
    },
    async run(command, ...args) {
      return promisify(execFile)('nsenter', [...enter.slice(1), command, ...args], { timeout: 60_000 }).then(
        ({ stdout, stderr }) => ({ output: stdout + stderr, code: 0 }),
        ({ stdout, stderr, code }) => ({ output: `${stdout}${stderr}`, code: code ?? -1 }),
      );
    },
    async close() {
      for (const child of children) child.kill('SIGKILL');
      holder.stdin.end();
      if (holder.exitCode === null) await once(holder, 'exit');
      await here(`link delete ${device}`).catch(() => {});
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const ip =
  (enter: readonly string[]) =>
  async (args: string): Promise<void> => {
    const [command = 'ip', ...rest] = [...enter, 'ip', ...args.split(' ')];
    await promisify(execFile)(command, rest);
  };
