import { fileURLToPath } from 'node:url';
import type { Cure, Settings } from '../row.ts';
import { issued } from '../site/certificate.ts';
import { BACKENDS, HOST } from '../site/doors.ts';
import { AT } from '../site/network.ts';
import type { Site } from '../site/site.ts';

/** Loaded into a program: its machine's clock is 10 minutes ahead. */
export const CLOCK_AHEAD = `--import=${fileURLToPath(new URL('../site/clock-ahead.mjs', import.meta.url))}`;

/** LiveKit by its public name, through the gateway, as a worker outside the cluster reaches it. */
export const byGateway = (site: Site, settings: Settings): Settings => ({
  ...settings,
  LIVEKIT_URL: `wss://${HOST.livekit}`,
  NODE_EXTRA_CA_CERTS: site.front.certificate.caFile,
});

/** One name leads to another gateway, with such a certificate. */
export async function otherGateway(
  site: Site,
  name: keyof typeof HOST,
  certificate: { host: string; days: number },
): Promise<void> {
  const { names, certificate: own } = site.front;
  const { host, days } = certificate;
  const door = await site.front.openOther(await issued(own, site.dir, host, days));
  names.set(HOST[name], [AT.otherDoor]);
  site.afterwards(async () => {
    names.set(HOST[name], [AT.loadBalancer]);
    await door.close();
  });
}

/** Renews what a fix wants renewed, or issues a certificate for the name that it gives; both gateways have it then. */
export const renewed =
  (name: keyof typeof HOST): Cure =>
  async (site, fix) => {
    const [, host = HOST[name]] = /issue one with (\S+) among/.exec(fix) ?? [];
    if (!/renew it|issue one with/.test(fix)) throw new Error(`no certificate is named: ${fix}`);
    const { names, certificate: own, openOther } = site.front;
    const door = await openOther(await issued(own, site.dir, host, 90), AT.thirdDoor);
    names.set(HOST[name], [AT.thirdDoor]);
    site.afterwards(() => door.close());
    return undefined;
  };

/** Puts the route of a name right, where a fix names the HTTPRoute. */
export const rerouted =
  (name: keyof typeof HOST): Cure =>
  (site, fix) => {
    if (!/HTTPRoute|let \/api\/ through/.test(fix)) throw new Error(`no route is named: ${fix}`);
    site.front.backends.set(HOST[name], BACKENDS[name]);
    return undefined;
  };

/** The gateway has no route to this name's Service, or one that leads elsewhere. */
export function misroute(site: Site, name: keyof typeof HOST, to?: { host: string; port: number }): void {
  const { backends } = site.front;
  const right = backends.get(HOST[name]);
  if (!right) throw new Error(`no route for ${name}`);
  if (to) backends.set(HOST[name], to);
  else backends.delete(HOST[name]);
  site.afterwards(() => backends.set(HOST[name], right));
}
