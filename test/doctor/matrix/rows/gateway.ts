import { fileURLToPath } from 'node:url';
import type { Settings } from '../row.ts';
import { issued } from '../site/certificate.ts';
import { HOST } from '../site/doors.ts';
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

/** The gateway has no route to this name's Service, or one that leads elsewhere. */
export function misroute(site: Site, name: keyof typeof HOST, to?: { host: string; port: number }): void {
  const { backends } = site.front;
  const right = backends.get(HOST[name]);
  if (!right) throw new Error(`no route for ${name}`);
  if (to) backends.set(HOST[name], to);
  else backends.delete(HOST[name]);
  site.afterwards(() => backends.set(HOST[name], right));
}
