import type { Row, Settings } from '../row.ts';
import { AT, firewall } from '../site/network.ts';
import { startCoturn } from '../site/servers.ts';
import type { Site } from '../site/site.ts';

/** A TURN server with two addresses, which LiveKit's path has no part in. */
async function byTwoAddresses(site: Site, settings: Settings): Promise<Settings> {
  const coturn = await startCoturn(site.dir, settings.TURN_SECRET ?? '');
  site.afterwards(() => coturn.stop());
  return { ...settings, TURN_URLS: `turn:${AT.stun}:3478?transport=udp` };
}

/** From a worker outside the private network: the kind of its NAT is told. */
export const NAT: readonly Row[] = [
  {
    broken: 'a router as Linux is (port-restricted cone NAT)',
    seat: 'afar',
    hop: 'nat',
    verdict: 'ok',
    hops: 'nat',
    says: 'a port-restricted cone NAT',
    breaks: byTwoAddresses,
  },
  {
    broken: 'a router that gives each target another port (symmetric NAT)',
    seat: 'afar',
    hop: 'nat',
    verdict: 'ok',
    hops: 'nat',
    says: 'a symmetric NAT',
    async breaks(site, settings) {
      const rule = ['-o', 'uplink', '-j', 'MASQUERADE', '--random-fully'];
      site.afterwards(await firewall('router', { table: 'nat', chain: 'POSTROUTING', rule }));
      return byTwoAddresses(site, settings);
    },
  },
  {
    broken: 'a router that lets everybody in at the laptop’s port (full cone NAT)',
    seat: 'afar',
    hop: 'nat',
    verdict: 'ok',
    hops: 'nat',
    says: 'a full cone NAT',
    async breaks(site, settings) {
      const rule = ['-i', 'uplink', '-p', 'udp', '-j', 'DNAT', '--to', AT.laptop];
      site.afterwards(await firewall('router', { table: 'nat', chain: 'PREROUTING', rule }));
      return byTwoAddresses(site, settings);
    },
  },
];
