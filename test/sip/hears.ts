import { resampled, type Sound } from '../../src/probe/wav.ts';
import type { StandIn } from '../../src/standin/server.ts';
import * as hearing from '../e2e/hearing.ts';
import { type Phone, TELEPHONE_RATE } from './phone.ts';

// Half of a voice's sound is above what a telephone carries: the same words are 0.77 alike where that is not left out, 0.91 where it is.

/** Fails unless a telephone heard exactly these texts spoken. */
export const expectHeard = (standIn: StandIn, heard: Sound, texts: readonly string[]): Promise<void> =>
  hearing.expectHeard(standIn, heard, texts, { lineRate: TELEPHONE_RATE });

/** Makes the stand-in understand these utterances as they come by telephone; anything else is «unintelligible». */
export const understand = (standIn: StandIn, words: Readonly<Record<string, Sound>>): void =>
  hearing.understand(
    standIn,
    Object.fromEntries(
      Object.entries(words).map(([text, sound]) => [text, resampled(sound, TELEPHONE_RATE)]),
    ),
  );

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
