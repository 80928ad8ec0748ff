import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processSources } from '../../../../src/config/load.ts';
import { type Service, startChild } from '../../../../src/dev/child.ts';
import { isLiveKit } from '../../../../src/dev/livekit.ts';
import { findLiveKitBinary } from '../../../../src/dev/livekit-binary.ts';
import { asService, startService } from '../../../../src/dev/ready.ts';
import { toolPath } from '../../../tools.ts';
import { AT, TURN_PORT, within } from './network.ts';
import { type Restartable, restartable } from './restartable.ts';

const STARTED_WITHIN_MS = 30_000;

/** livekit.yaml of the installation, as the chart writes it: no public address, TURN by the relay alone. */
export function livekitConfig({ apiKey, apiSecret, turnSecret }: Secrets) {
  const turn = { host: AT.loadBalancer as string, secret: turnSecret, ttl: 14_400 };
  return {
    port: 7880,
    bind_addresses: [AT.sfu],
    keys: { [apiKey]: apiSecret } as Record<string, string>,
    prometheus: { port: 6789 },
    rtc: {
      node_ip: AT.sfu as string,
      use_external_ip: false,
      port_range_start: 50_000,
      port_range_end: 50_200,
      tcp_port: 0,
      // Its address lies on loopback.
      enable_loopback_candidate: true,
      ips: { includes: [`${AT.sfu}/32`] },
      turn_servers: [
        { ...turn, port: TURN_PORT.udp as number, protocol: 'udp' },
        { ...turn, port: TURN_PORT.tcp as number, protocol: 'tcp' },
      ],
    },
    room: { auto_create: true, empty_timeout: 60, departure_timeout: 20 },
  };
}

export interface Secrets {
  apiKey: string;
  apiSecret: string;
  turnSecret: string;
}

type Healthy = ReturnType<typeof livekitConfig>;
export type LiveKitConfig = Omit<Healthy, 'prometheus'> & Partial<Pick<Healthy, 'prometheus'>>;

/** A real livekit-server; where it answers is `livekitUrl`. */
export async function startLiveKit(config: LiveKitConfig): Promise<Restartable<LiveKitConfig>> {
  const { command, args } = await findLiveKitBinary();
  return restartable(config, async (used) => {
    const env = { PATH: processSources().env.PATH, LIVEKIT_CONFIG: JSON.stringify(used) };
    const child = startChild({ command, args, env, graceMs: 500 });
    return asService('livekit-server', child, untilLiveKit(livekitUrl(used)), STARTED_WITHIN_MS);
  });
}

export const livekitUrl = ({ port }: Pick<LiveKitConfig, 'port'>): string => `ws://${AT.sfu}:${port}`;

async function untilLiveKit(url: string): Promise<void> {
  while (!(await isLiveKit(url))) await sleep(50);
}

/** What stunnerd is given by its operator: the relay of the chart, with a route to the SFU's media ports alone. */
export function stunnerConfig(turnSecret: string) {
  const listener = (name: string, protocol: string, port: number) => {
    return { name, protocol, address: AT.relay as string, port, routes: ['sfu'] };
  };
  return {
    version: 'v1',
    admin: { name: 'relay', loglevel: 'all:INFO' },
    auth: { type: 'ephemeral', realm: 'stunner.l7mp.io', credentials: { secret: turnSecret } },
    listeners: [listener('udp', 'TURN-UDP', TURN_PORT.udp), listener('tcp', 'TURN-TCP', TURN_PORT.tcp)],
    clusters: [{ name: 'sfu', type: 'STATIC', endpoints: [`${AT.sfu}:<50000-50200>`] }],
  };
}

export type StunnerConfig = ReturnType<typeof stunnerConfig>;

/** STUNner's data plane. */
export async function startStunner(dir: string, config: StunnerConfig): Promise<Restartable<StunnerConfig>> {
  const stunnerd = await toolPath('stunnerd');
  const [ip = '', ...rest] = within('relay');
  const file = join(dir, 'stunnerd.json');
  return restartable(config, async (used) => {
    await writeFile(file, JSON.stringify(used), { mode: 0o600 });
    return startService({
      name: 'stunnerd',
      ...{ command: ip, args: [...rest, stunnerd, '--config', `file://${file}`] },
      env: { PATH: `${processSources().env.PATH}:/usr/sbin:/sbin` },
      cwd: dir,
      withinMs: STARTED_WITHIN_MS,
      readyAt: (line) => line.includes('Reconciliation ready'),
    });
  });
}

/** Debian's TURN server on two addresses of the line, which answers as RFC 5780 wants it. */
export async function startCoturn(dir: string, turnSecret: string): Promise<Service> {
  const lines = [
    ...[`listening-ip=${AT.stun}`, `listening-ip=${AT.otherStun}`, `relay-ip=${AT.stun}`],
    ...['listening-port=3478', 'alt-listening-port=3479', 'realm=test', 'no-cli', 'no-tls', 'no-dtls'],
    ...['use-auth-secret', `static-auth-secret=${turnSecret}`, 'log-file=stdout', 'verbose', 'simple-log'],
    ...[`pidfile=${join(dir, 'coturn.pid')}`, `userdb=${join(dir, 'coturn.users')}`],
  ];
  const file = join(dir, 'turnserver.conf');
  await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  const service = startService({
    ...{ name: 'turnserver', command: 'turnserver', args: ['-c', file], cwd: dir },
    env: { PATH: `${processSources().env.PATH}:/usr/sbin` },
    withinMs: STARTED_WITHIN_MS,
    readyAt: (line) => line.includes('Total General servers'),
  });
  await service.ready;
  return service;
}
