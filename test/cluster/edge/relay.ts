import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Door } from '../../../src/stun/connection.ts';
import type { Credentials } from '../../../src/stun/credentials.ts';
import type { Client } from './client.ts';
import { startRemote } from './remote.ts';

export interface RelayOptions {
  door: Door;
  credentials: Credentials;
}

/** A TURN client in a client's network. Verdicts are `allowed`, or `refused` with the code where there is one. */
export interface RelayClient {
  allocate(): Promise<string>;
  /** Asks for a relay that connects by TCP behind it (RFC 6062), which can fetch web pages; before `allocate`. */
  allocateTcp(): Promise<string>;
  /** Prolongs the allocation. */
  refresh(): Promise<string>;
  /** Asks for permission to talk to an address behind the relay, IPv4 or IPv6. */
  permit(peer: string): Promise<string>;
  /** Whether a UDP echo behind the relay is heard. */
  echo(peer: string, port: number): Promise<boolean>;
  close(): void;
}

export async function openRelay(client: Client, options: RelayOptions, caFile: string): Promise<RelayClient> {
  const { ask, end } = await startRemote(client, 'relay-process.ts', options, caFile);
  return {
    allocate: () => ask('allocate') as Promise<string>,
    allocateTcp: () => ask('allocateTcp') as Promise<string>,
    refresh: () => ask('refresh') as Promise<string>,
    permit: (peer) => ask('permit', peer) as Promise<string>,
    echo: (peer, port) => ask('echo', peer, port) as Promise<boolean>,
    close: end,
  };
}

const ECHO = `const { createSocket } = require('node:dgram');
const [ip, ...ports] = process.argv.slice(1);
for (const port of ports) {
  const socket = createSocket('udp4');
  socket.on('message', (bytes, from) => socket.send(bytes, from.port, from.address));
  socket.bind(Number(port), ip);
}
process.stdin.resume().on('end', () => process.exit());
setTimeout(() => console.log('ready'), 100);`;

/** Echoes UDP in the network that a process has. @returns ends it. */
export async function echoBeside(pid: number, ip: string, ports: readonly number[]): Promise<() => void> {
  const enter = [`--target=${pid}`, '--net', '--', process.execPath, '-e', ECHO];
  const child = spawn('nsenter', [...enter, ip, ...ports.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return () => child.stdin.end();
}
