import type { Row } from '../row.ts';
import { AT, firewall } from '../site/network.ts';
import { startStranger } from '../site/proxies.ts';
import type { Site } from '../site/site.ts';
import { opened } from './open-door.ts';

const NO_LISTENER = 'see that the TURN server runs and listens on TCP 3481';

/** What the relay is allowed to reach. */
const endpoints = (site: Site, ...reached: string[]) =>
  site.spoil(site.stunner, (config) => ({
    ...config,
    clusters: [{ name: 'sfu', type: 'STATIC', endpoints: reached }],
  }));

/** TURN from beside the agent. */
export const RELAY: readonly Row[] = [
  {
    broken: 'another shared secret than the TURN server’s',
    hop: 'turn-udp',
    says: 'TURN_SECRET must be the server’s shared secret',
    breaks: (_, settings) => ({ ...settings, TURN_SECRET: 'another-secret-than-the-relay-has' }),
    cure: 'settings',
  },
  {
    broken: 'a TURN URL with a port where nothing listens',
    hop: 'turn-tcp',
    says: NO_LISTENER,
    breaks: (_, settings) => ({ ...settings, TURN_URLS: `turn:${AT.relay}:3481?transport=tcp` }),
    cure: 'settings',
  },
  {
    broken: 'something else listens on the port of a TURN URL',
    hop: 'turn-tcp',
    says: 'a TURN server has to be',
    async breaks(site, settings) {
      const { port, close } = await startStranger(AT.sfu);
      site.afterwards(close);
      return { ...settings, TURN_URLS: `turn:${AT.sfu}:${port}?transport=tcp` };
    },
    cure: 'settings',
  },
  {
    broken: 'a TURN URL with a name that nobody knows',
    hop: 'dns',
    says: 'correct TURN_URLS',
    breaks: (_, settings) => ({ ...settings, TURN_URLS: 'turn:relayy.example.test:3478?transport=udp' }),
    cure: 'settings',
  },
  {
    broken: 'a network policy drops UDP 3478 between worker and relay',
    hop: 'turn-udp',
    says: 'open UDP 3478 in firewalls and security groups',
    async breaks(site, settings) {
      const rule = ['-d', AT.relay, '-p', 'udp', '--dport', '3478', '-j', 'DROP'];
      site.afterwards(await firewall(undefined, { chain: 'OUTPUT', rule }));
      return settings;
    },
    cure: opened('OUTPUT'),
  },
  {
    broken: 'the relay has no route to the SFU',
    hop: 'relay-permission',
    says: 'have the UDPRoute’s backendRefs name the Service of the SFU’s media',
    async breaks(site, settings) {
      await endpoints(site, '10.244.0.77:<50000-50200>');
      return settings;
    },
    async cure(site, fix) {
      if (!fix.includes('UDPRoute’s backendRefs')) throw new Error(`no route is named: ${fix}`);
      await site.stunner.restart(site.stunner.config);
      return undefined;
    },
  },
  {
    broken: 'a network policy drops UDP between relay and SFU',
    hop: 'relay-permission',
    says: 'from the relay to the SFU',
    async breaks(site, settings) {
      const rule = ['-s', AT.relay, '-d', AT.sfu, '-p', 'udp', '-j', 'DROP'];
      site.afterwards(await firewall(undefined, { chain: 'INPUT', rule }));
      return settings;
    },
    async cure(site, fix) {
      if (!/open UDP .* from the relay to the SFU/.test(fix)) throw new Error(`no door is named: ${fix}`);
      const rule = ['-s', AT.relay, '-d', AT.sfu, '-p', 'udp', '--dport', '50000:50200', '-j', 'ACCEPT'];
      site.afterwards(await firewall(undefined, { chain: 'INPUT', rule }));
      return undefined;
    },
  },
  {
    broken: 'the pods’ network drops packets above 1200 bytes between relay and SFU',
    hop: 'relay-loss',
    says: 'set the MTU of the pods’ network between relay and SFU',
    async breaks(site, settings) {
      const large = ['-m', 'length', '--length', '1201:65535'];
      const rule = ['-s', AT.relay, '-d', AT.sfu, '-p', 'udp', ...large, '-j', 'DROP'];
      site.afterwards(await firewall(undefined, { chain: 'INPUT', rule }));
      return settings;
    },
  },
  {
    broken: 'the SFU advertises an address that is not its own',
    hop: 'relay-permission',
    says: 'rtc.node_ip the pod’s',
    async breaks(site, settings) {
      await site.spoil(site.livekit, ({ rtc, ...config }) => ({
        ...config,
        rtc: { ...rtc, node_ip: '10.244.0.99' },
      }));
      return settings;
    },
    async cure(site, fix) {
      if (!fix.includes('rtc.node_ip the pod’s')) throw new Error(`no key is named: ${fix}`);
      await site.livekit.restart(site.livekit.config);
      await site.untilReady();
      return undefined;
    },
  },
  {
    broken: 'a relay that reaches every address',
    hop: 'relay-refuses',
    says: 'a UDPRoute whose backendRefs name the SFU’s media Service and ports alone',
    async breaks(site, settings) {
      await endpoints(site, '0.0.0.0/0');
      return settings;
    },
    async cure(site, fix) {
      if (!fix.includes('UDPRoute')) throw new Error(`no route is named: ${fix}`);
      await site.stunner.restart(site.stunner.config);
      return undefined;
    },
  },
];
