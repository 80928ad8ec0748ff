import type { StandIn } from '../../src/standin/server.ts';
import { expectHeard } from '../e2e/hearing.ts';
import type { Phone } from './phone.ts';

const LOOK_EVERY_MS = 500;

/**
 * Resolves when a telephone has heard these texts since a moment, whatever else it heard; fails as `expectHeard` does where it has not
 * in time. Where rings and tones are heard too, silence says nothing of what was said.
 *
 * @returns when the last of it was there, `performance.now()`.
 */
export async function hears(
  standIn: StandIn,
  phone: Phone,
  texts: readonly string[],
  { afterMs, withinMs = 30_000 }: { afterMs: number; withinMs?: number },
): Promise<number> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    const atMs = performance.now();
    const looked = expectHeard(standIn, phone.heard.between(afterMs, atMs), texts);
    const isHeard = await looked.then(
      () => true,
      (error: unknown) => {
        if (atMs >= untilMs) throw error;
        return false;
      },
    );
    if (isHeard) return atMs;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
