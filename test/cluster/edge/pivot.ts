import { expect } from 'vitest';
import { NODE } from '../node-namespace.ts';
import { MODELS } from './edge.ts';
import type { RelayClient } from './relay.ts';

/** Places that a caller's credentials must lead nowhere near: hosts beside the cluster, and the relay's own machine. */
const FOREIGN = [
  MODELS.host,
  NODE.loadBalancerIp,
  '8.8.8.8',
  '127.0.0.1',
  '0.0.0.0',
  '169.254.169.254',
  '224.0.0.1',
  '::1',
  '::ffff:127.0.0.1',
  `::ffff:${MODELS.host}`,
  'fe80::1',
  'fd00::1',
];

/**
 * Tries to reach, with credentials as every caller gets them, what is not LiveKit; fails if a relay lets it.
 *
 * @param open - a TURN client without an allocation.
 */
export async function expectNoPivot(open: () => Promise<RelayClient>): Promise<void> {
  const [udp, tcp] = [await open(), await open()];
  expect(await tcp.allocateTcp(), 'a relay over TCP').toMatch(/^refused/);
  expect(await udp.allocate()).toBe('allowed');
  for (const peer of FOREIGN) expect(await udp.permit(peer), peer).toMatch(/^refused/);
  expect(await udp.echo(MODELS.host, MODELS.port), 'a foreign host without a permission').toBe(false);
  udp.close();
  tcp.close();
}
