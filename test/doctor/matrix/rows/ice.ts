import type { Cure, Row } from '../row.ts';
import { firewall } from '../site/network.ts';
import type { LiveKitConfig } from '../site/servers.ts';
import type { Site } from '../site/site.ts';

type TurnServer = LiveKitConfig['rtc']['turn_servers'][number];

/** LiveKit's TURN servers, each with these keys. */
export const turnServers =
  (change: Partial<TurnServer>) =>
  ({ rtc, ...config }: LiveKitConfig): LiveKitConfig => ({
    ...config,
    rtc: { ...rtc, turn_servers: rtc.turn_servers.map((server) => ({ ...server, ...change })) },
  });

/** Writes the number that a fix gives for a key of the TURN servers, such as `rtc.turn_servers[].ttl: 14400`. */
const written =
  (key: 'ttl'): Cure =>
  async (site, fix) => {
    const [, value] = new RegExp(`rtc\\.turn_servers\\[\\]\\.${key}: (\\d+)`).exec(fix) ?? [];
    if (value === undefined) throw new Error(`no value is given: ${fix}`);
    await restarted(site, turnServers({ [key]: Number(value) })(site.livekit.config));
    return undefined;
  };

async function restarted(site: Site, config: LiveKitConfig): Promise<void> {
  await site.livekit.restart(config);
  await site.untilReady();
}

const LOSSY = [
  '-p',
  'udp',
  '--dport',
  '3478',
  '-m',
  'statistic',
  '--mode',
  'nth',
  '--every',
  '20',
  '--packet',
  '0',
];
const LOSSY_BACK = LOSSY.map((word) => (word === '--dport' ? '--sport' : word));

/** What LiveKit tells participants, and the path to the relay. */
export const ICE: readonly Row[] = [
  {
    broken: 'TURN servers without a port in livekit.yaml',
    hop: 'ice-servers',
    says: 'rtc.turn_servers[].port: 3478 for UDP, 3480 for TCP',
    async breaks(site, settings) {
      await site.spoil(site.livekit, turnServers({ port: 0 }));
      return settings;
    },
    async cure(site, fix) {
      const [, udp, tcp] = /port: (\d+) for UDP, (\d+) for TCP/.exec(fix) ?? [];
      const ports: Record<string, number> = { udp: Number(udp), tcp: Number(tcp) };
      const { rtc, ...config } = site.livekit.config;
      const turn_servers = rtc.turn_servers.map((one) => ({ ...one, port: ports[one.protocol] ?? 0 }));
      await restarted(site, { ...config, rtc: { ...rtc, turn_servers } });
      return undefined;
    },
  },
  {
    broken: 'TURN credentials that end after 10 minutes',
    hop: 'ice-servers',
    verdict: 'warn',
    says: 'rtc.turn_servers[].ttl: 14400',
    async breaks(site, settings) {
      await site.spoil(site.livekit, turnServers({ ttl: 600 }));
      return settings;
    },
    cure: written('ttl'),
  },
  {
    broken: 'LiveKit makes no rooms by itself',
    hop: 'signal-token',
    says: 'room: { auto_create: true } in livekit.yaml',
    async breaks(site, settings) {
      await site.spoil(site.livekit, (config) => ({
        ...config,
        room: { ...config.room, auto_create: false },
      }));
      return settings;
    },
    async cure(site, fix) {
      if (!fix.includes('room: { auto_create: true }')) throw new Error(`no key is named: ${fix}`);
      const { config } = site.livekit;
      await restarted(site, { ...config, room: { ...config.room, auto_create: true } });
      return undefined;
    },
  },
  {
    broken: 'a tunnel that drops packets above 1200 bytes without a word',
    hop: 'path-mtu',
    says: 'mtu 1280',
    async breaks(site, settings) {
      const rule = ['-p', 'udp', '--dport', '3478', '-m', 'length', '--length', '1201:65535', '-j', 'DROP'];
      site.afterwards(await firewall(undefined, { chain: 'OUTPUT', rule }));
      return settings;
    },
  },
  {
    broken: '5 % of the packets are lost each way to the relay',
    hop: 'path-mtu',
    verdict: 'warn',
    says: 'mtr -u',
    async breaks(site, settings) {
      site.afterwards(await firewall(undefined, { chain: 'OUTPUT', rule: [...LOSSY, '-j', 'DROP'] }));
      site.afterwards(await firewall(undefined, { chain: 'INPUT', rule: [...LOSSY_BACK, '-j', 'DROP'] }));
      return settings;
    },
  },
];
