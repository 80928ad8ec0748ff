import type { Row } from '../row.ts';
import { AT, closedDoor, firewall } from '../site/network.ts';
import { turnServers } from './ice.ts';
import { opened } from './open-door.ts';

/** Another rule of the load balancer than the healthy one is in force: its listener is gone. */
const noListener = (protocol: 'udp' | 'tcp', port: number) =>
  firewall(undefined, {
    table: 'nat',
    chain: 'PREROUTING',
    rule: ['-i', 'line', '-p', protocol, '--dport', `${port}`, '-j', 'ACCEPT'],
  });

/** From a laptop: the load balancer's doors to the relay, and the SFU behind it. */
export const CALLER_RELAY: readonly Row[] = [
  {
    broken: 'the load balancer has no UDP listener, which is seen from outside alone',
    seat: 'outside',
    hop: 'turn-udp',
    says: 'the UDP port is left out silently',
    async breaks(site) {
      site.afterwards(await noListener('udp', 3478));
      const inside = await site.check('inside', site.settings.inside);
      const unwell = inside.results.filter(({ verdict }) => verdict === 'fail');
      if (unwell.length > 0) throw new Error(`seen from inside too: ${JSON.stringify(unwell)}`);
      return undefined;
    },
    async cure(site, fix) {
      const [, port = ''] = /listener UDP (\d+)/.exec(fix) ?? [];
      const to = ['-j', 'DNAT', '--to', AT.relay];
      const rule = ['-d', AT.loadBalancer, '-p', 'udp', '--dport', port, ...to];
      site.afterwards(await firewall(undefined, { table: 'nat', chain: 'PREROUTING', rule }));
      return undefined;
    },
  },
  {
    broken: 'a firewall drops UDP 3478',
    seat: 'outside',
    hop: 'turn-udp',
    says: 'listener UDP 3478',
    async breaks(site) {
      site.afterwards(await closedDoor('udp', 3478));
      return undefined;
    },
    cure: opened('FORWARD'),
  },
  {
    broken: 'a firewall drops TCP 3480',
    seat: 'outside',
    hop: 'turn-tcp',
    says: 'listener TCP 3480',
    async breaks(site) {
      site.afterwards(await closedDoor('tcp', 3480));
      return undefined;
    },
    cure: opened('FORWARD'),
  },
  {
    broken: 'LiveKit gives callers credentials by another secret than the relay’s',
    seat: 'outside',
    hop: 'turn-udp',
    says: 'rtc.turn_servers[].secret in livekit.yaml must be the TURN server’s shared secret',
    async breaks(site) {
      await site.spoil(site.livekit, turnServers({ secret: 'another-secret-than-the-relay-has' }));
      return undefined;
    },
    async cure(site, fix) {
      if (!/rtc\.turn_servers\[\].*\bsecret\b/.test(fix)) throw new Error(`no key is named: ${fix}`);
      const { secret } = site.stunner.config.auth.credentials;
      await site.livekit.restart(turnServers({ secret })(site.livekit.config));
      await site.untilReady();
      return undefined;
    },
  },
  {
    broken: 'LiveKit names a TURN port that the load balancer does not have',
    seat: 'outside',
    hop: 'turn-udp',
    says: 'listener UDP 3479',
    async breaks(site) {
      await site.spoil(site.livekit, turnServers({ port: 3479 }));
      return undefined;
    },
  },
  {
    broken: 'LiveKit names a TURN host that nobody knows',
    seat: 'outside',
    hop: 'turn-udp',
    says: 'livekit.yaml: rtc.turn_servers[].host',
    async breaks(site) {
      await site.spoil(site.livekit, turnServers({ host: 'turnn.example.test' }));
      return undefined;
    },
    async cure(site, fix) {
      if (!fix.includes('rtc.turn_servers[].host')) throw new Error(`no key is named: ${fix}`);
      await site.livekit.restart(turnServers({ host: AT.loadBalancer })(site.livekit.config));
      await site.untilReady();
      return undefined;
    },
  },
  {
    broken: 'the relay has no route to the SFU',
    seat: 'outside',
    hop: 'join-relay-udp',
    says: 'the UDPRoute’s backend is the Service of the SFU',
    async breaks(site) {
      await site.spoil(site.stunner, ({ clusters: _, ...config }) => ({
        ...config,
        clusters: [{ name: 'sfu', type: 'STATIC', endpoints: ['10.244.0.77:<50000-50200>'] }],
      }));
      return undefined;
    },
    async cure(site, fix) {
      if (!fix.includes('UDPRoute’s backend')) throw new Error(`no route is named: ${fix}`);
      await site.stunner.restart(site.stunner.config);
      return undefined;
    },
  },
  {
    broken: 'the SFU advertises an address that is not its own',
    seat: 'outside',
    hop: 'join-relay-udp',
    says: 'rtc.node_ip',
    async breaks(site) {
      await site.spoil(site.livekit, ({ rtc, ...config }) => ({
        ...config,
        rtc: { ...rtc, node_ip: '10.244.0.99' },
      }));
      return undefined;
    },
    async cure(site, fix) {
      if (!fix.includes('rtc.node_ip the pod’s own')) throw new Error(`no key is named: ${fix}`);
      const { rtc, ...config } = site.livekit.config;
      await site.livekit.restart({ ...config, rtc: { ...rtc, node_ip: AT.sfu } });
      await site.untilReady();
      return undefined;
    },
  },
  {
    broken: '5 % of the packets are lost on the laptop’s line',
    seat: 'outside',
    hop: 'relay-loss',
    verdict: 'warn',
    says: 'use a wired network',
    async breaks(site) {
      const rule = [
        '-p',
        'udp',
        '-m',
        'statistic',
        '--mode',
        'random',
        '--probability',
        '0.05',
        '-j',
        'DROP',
      ];
      site.afterwards(await firewall('router', { chain: 'FORWARD', rule }));
      return undefined;
    },
  },
  {
    broken: 'a tunnel that drops packets above 1200 bytes without a word',
    seat: 'outside',
    hop: 'relay-loss',
    says: 'MTU',
    async breaks(site) {
      const rule = ['-p', 'udp', '-m', 'length', '--length', '1201:65535', '-j', 'DROP'];
      site.afterwards(await firewall('router', { chain: 'FORWARD', rule }));
      return undefined;
    },
  },
  {
    broken: 'a router that gives each target another port (symmetric NAT): the relay works all the same',
    seat: 'outside',
    hop: 'join-relay-udp',
    verdict: 'ok',
    says: 'on the relay',
    async breaks(site) {
      const rule = ['-o', 'uplink', '-j', 'MASQUERADE', '--random-fully'];
      site.afterwards(await firewall('router', { table: 'nat', chain: 'POSTROUTING', rule }));
      return undefined;
    },
  },
  {
    broken:
      'a router that lets everybody in at the laptop’s port (full cone NAT): the relay works all the same',
    seat: 'outside',
    hop: 'join-relay-udp',
    verdict: 'ok',
    says: 'on the relay',
    async breaks(site) {
      const rule = ['-i', 'uplink', '-p', 'udp', '-j', 'DNAT', '--to', AT.laptop];
      site.afterwards(await firewall('router', { table: 'nat', chain: 'PREROUTING', rule }));
      return undefined;
    },
  },
];
