import { join } from 'node:path';
import { startNginx } from '../../../e2e/nginx.ts';
import { followed } from '../follow.ts';
import type { Row } from '../row.ts';
import { HOST } from '../site/doors.ts';
import { AT } from '../site/network.ts';
import { startStranger } from '../site/proxies.ts';
import { byGateway, CLOCK_AHEAD, misroute, otherGateway, renewed, rerouted } from './gateway.ts';

/** The way to LiveKit, and what it takes. */
export const SIGNALLING: readonly Row[] = [
  {
    broken: 'a LiveKit secret of 16 characters',
    hop: 'config',
    says: 'LIVEKIT_API_SECRET: ',
    breaks: (_, settings) => ({ ...settings, LIVEKIT_API_SECRET: 'only-16-letters!' }),
    cure: 'settings',
  },
  {
    broken: 'quotes around the LiveKit key that came from its file',
    hop: 'config',
    verdict: 'warn',
    says: 'LIVEKIT_API_KEY has quotes around it',
    breaks: (_, settings) => ({ ...settings, LIVEKIT_API_KEY: `"${settings.LIVEKIT_API_KEY}"` }),
    cure: 'settings',
  },
  {
    broken: 'a name of LiveKit that nobody knows',
    hop: 'dns',
    says: 'correct LIVEKIT_URL, or give livekitt.example.test an A record',
    breaks: (_, settings) => ({ ...settings, LIVEKIT_URL: 'ws://livekitt.example.test:7880' }),
    cure: 'settings',
  },
  {
    broken: 'nothing listens on LiveKit’s port',
    hop: 'signal-tcp',
    says: 'correct LIVEKIT_URL',
    breaks: (_, settings) => ({ ...settings, LIVEKIT_URL: `ws://${AT.sfu}:7889` }),
    cure: 'settings',
  },
  {
    broken: 'wss: to a port that speaks no TLS',
    hop: 'signal-tls',
    says: `LIVEKIT_URL=ws://${AT.sfu}:7880`,
    breaks: (_, settings) => ({ ...settings, LIVEKIT_URL: `wss://${AT.sfu}:7880` }),
    cure: 'settings',
  },
  {
    broken: 'a certificate of an authority that the machine does not know',
    hop: 'signal-tls',
    says: 'NODE_EXTRA_CA_CERTS=',
    breaks: (_, settings) => ({ ...settings, LIVEKIT_URL: `wss://${HOST.livekit}` }),
    cure: (site, fix, wrong) => followed(fix, wrong, byGateway(site, wrong)),
  },
  {
    broken: 'a certificate that has ended',
    hop: 'signal-tls',
    says: 'renew it, and put it into the Secret of the gateway’s listener',
    async breaks(site, settings) {
      await otherGateway(site, 'livekit', { host: HOST.livekit, days: 0 });
      return byGateway(site, settings);
    },
    cure: renewed('livekit'),
  },
  {
    broken: 'a certificate for another name',
    hop: 'signal-tls',
    says: `issue one with ${HOST.livekit} among its names`,
    async breaks(site, settings) {
      await otherGateway(site, 'livekit', { host: 'shop.example.test', days: 30 });
      return byGateway(site, settings);
    },
    cure: renewed('livekit'),
  },
  {
    broken: 'a certificate that ends within two weeks',
    hop: 'signal-tls',
    verdict: 'warn',
    says: 'renew it',
    async breaks(site, settings) {
      await otherGateway(site, 'livekit', { host: HOST.livekit, days: 5 });
      return byGateway(site, settings);
    },
    cure: renewed('livekit'),
  },
  {
    broken: 'something else listens on LiveKit’s port',
    hop: 'signal-ws',
    says: 'LIVEKIT_URL',
    async breaks(site, settings) {
      const { port, close } = await startStranger(AT.sfu);
      site.afterwards(close);
      return { ...settings, LIVEKIT_URL: `ws://${AT.sfu}:${port}` };
    },
    cure: 'settings',
  },
  {
    broken: 'the gateway has no route to LiveKit',
    hop: 'signal-ws',
    says: 'kubectl get httproute -o yaml: Accepted and ResolvedRefs must be True',
    breaks(site, settings) {
      misroute(site, 'livekit');
      return byGateway(site, settings);
    },
    cure: rerouted('livekit'),
  },
  {
    broken: 'the route’s backend has another port than LiveKit’s Service',
    hop: 'signal-ws',
    says: 'the port of the HTTPRoute’s backendRefs',
    breaks(site, settings) {
      misroute(site, 'livekit', { host: AT.sfu, port: 80 });
      return byGateway(site, settings);
    },
    cure: rerouted('livekit'),
  },
  {
    broken: 'nginx before LiveKit that does not pass WebSockets on',
    hop: 'signal-ws',
    says: 'proxy_set_header Upgrade $http_upgrade;',
    async breaks(site, settings) {
      const { url, stop } = await startNginx(join(site.dir, 'nginx'), `http://${AT.sfu}:7880`);
      site.afterwards(stop);
      return { ...settings, LIVEKIT_URL: url.replace('http', 'ws') };
    },
    async cure(site, fix, wrong) {
      // The printed lines, in its location.
      const lines = fix.split('\n').filter((line) => line.startsWith('proxy_'));
      const { url, stop } = await startNginx(join(site.dir, 'nginx-cured'), `http://${AT.sfu}:7880`, lines);
      site.afterwards(stop);
      return { ...wrong, LIVEKIT_URL: url.replace('http', 'ws') };
    },
  },
  {
    broken: 'another secret than LiveKit’s',
    hop: 'signal-token',
    says: 'LIVEKIT_API_SECRET must be the secret that stands with this key',
    breaks: (_, settings) => ({
      ...settings,
      LIVEKIT_API_SECRET: 'a-secret-that-livekit-does-not-have-at-all',
    }),
    cure: 'settings',
  },
  {
    broken: 'a key that LiveKit does not know',
    hop: 'signal-token',
    says: 'LIVEKIT_API_KEY and LIVEKIT_API_SECRET must be a pair of `keys` in livekit.yaml',
    breaks: (_, settings) => ({ ...settings, LIVEKIT_API_KEY: 'APIunknown' }),
    cure: 'settings',
  },
  {
    broken: 'the clock of the machine that makes tokens is 10 minutes ahead',
    hop: 'signal-token',
    says: 'set the clocks of this machine and of LiveKit’s',
    breaks: (_, settings) => ({ ...settings, NODE_OPTIONS: CLOCK_AHEAD }),
    cure(_, fix, wrong) {
      if (!fix.includes('clocks of this machine')) throw new Error(`no clock is named: ${fix}`);
      const { NODE_OPTIONS: _ahead, ...right } = wrong;
      return right;
    },
  },
];
