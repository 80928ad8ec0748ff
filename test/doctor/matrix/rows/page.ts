import { followed } from '../follow.ts';
import type { Row } from '../row.ts';
import { HOST } from '../site/doors.ts';
import { AT, firewall } from '../site/network.ts';
import { startLoginPage } from '../site/proxies.ts';
import { CLOCK_AHEAD, misroute, otherGateway, renewed, rerouted } from './gateway.ts';
import { opened } from './open-door.ts';

const HTTPS = ['-i', 'line', '-p', 'tcp', '--dport', '443', '-j', 'DROP'];

/** From a laptop: the page, its credential, and LiveKit's door. */
export const PAGE: readonly Row[] = [
  {
    broken: 'the page’s name is resolved by no name server',
    seat: 'outside',
    hop: 'page',
    says: `connect the VPN that resolves it: nslookup ${HOST.page}`,
    breaks({ front, afterwards }) {
      front.names.delete(HOST.page);
      afterwards(() => front.names.set(HOST.page, [AT.loadBalancer]));
      return undefined;
    },
  },
  {
    broken: 'a firewall drops TCP 443',
    seat: 'outside',
    hop: 'page',
    says: 'open TCP 443',
    async breaks({ afterwards }) {
      afterwards(await firewall(undefined, { chain: 'INPUT', rule: HTTPS }));
      return undefined;
    },
    cure: opened('INPUT'),
  },
  {
    broken: 'the page’s certificate is of an authority that the laptop does not know',
    seat: 'outside',
    hop: 'page',
    says: 'NODE_EXTRA_CA_CERTS=',
    breaks: (_, { WEB_TOKEN = '' }) => ({ WEB_TOKEN }),
    cure: 'settings',
  },
  {
    broken: 'the page’s certificate has ended',
    seat: 'outside',
    hop: 'page',
    says: 'renew it, and put it into the Secret of the gateway’s listener',
    async breaks(site) {
      await otherGateway(site, 'page', { host: HOST.page, days: 0 });
      return undefined;
    },
    cure: renewed('page'),
  },
  {
    broken: 'the page’s certificate is for another name',
    seat: 'outside',
    hop: 'page',
    says: `issue one with ${HOST.page} among its names`,
    async breaks(site) {
      await otherGateway(site, 'page', { host: 'shop.example.test', days: 30 });
      return undefined;
    },
    cure: renewed('page'),
  },
  {
    broken: 'the gateway refuses the HTTPRoute of the page',
    seat: 'outside',
    hop: 'page',
    says: 'HTTPRoute',
    breaks(site) {
      misroute(site, 'page');
      return undefined;
    },
    cure: rerouted('page'),
  },
  {
    broken: 'a login page stands before the page',
    seat: 'outside',
    hop: 'page',
    says: 'let /api/ through without it',
    async breaks(site) {
      const { port, close } = await startLoginPage();
      site.afterwards(close);
      misroute(site, 'page', { host: AT.models, port });
      return undefined;
    },
    cure: rerouted('page'),
  },
  {
    broken: 'another credential than the page’s',
    seat: 'outside',
    hop: 'page-token',
    says: 'WEB_TOKEN here',
    breaks: (_, settings) => ({ ...settings, WEB_TOKEN: 'credential-of-somebody-else' }),
    cure: 'settings',
  },
  {
    broken: 'the gateway has no route to LiveKit',
    seat: 'outside',
    hop: 'signal-ws',
    says: 'HTTPRoute',
    breaks(site) {
      misroute(site, 'livekit');
      return undefined;
    },
    cure: rerouted('livekit'),
  },
  {
    broken: 'the page signs tokens with another secret than LiveKit’s',
    seat: 'outside',
    hop: 'signal-token',
    says: 'LIVEKIT_API_SECRET',
    async breaks(site) {
      await site.spoilWorker({ LIVEKIT_API_SECRET: 'a-secret-that-livekit-does-not-have-at-all' });
      return undefined;
    },
    async cure(site, fix) {
      const wrong = {
        ...site.settings.inside,
        LIVEKIT_API_SECRET: 'a-secret-that-livekit-does-not-have-at-all',
      };
      const { LIVEKIT_API_SECRET = '' } = followed(fix, wrong, site.settings.inside);
      await site.spoilWorker({ LIVEKIT_API_SECRET });
      await site.untilReady();
      return undefined;
    },
  },
  {
    broken: 'the clock of the page’s machine, which makes the tokens, is 10 minutes ahead',
    seat: 'outside',
    hop: 'signal-token',
    says: 'clock',
    async breaks(site) {
      await site.spoilWorker({ NODE_OPTIONS: CLOCK_AHEAD });
      return undefined;
    },
    async cure(site, fix) {
      if (!fix.includes('set the clocks')) throw new Error(`no clock is named: ${fix}`);
      await site.worker.restart(site.worker.config);
      await site.untilReady();
      return undefined;
    },
  },
];
