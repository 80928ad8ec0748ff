import { AppError } from '../../src/errors.ts';
import { similarity } from '../../src/probe/likeness.ts';
import type { Sound } from '../../src/probe/wav.ts';
import { OUTPUT_SAMPLE_RATE } from '../../src/stages/speech-frames.ts';
import type { StandIn } from '../../src/standin/server.ts';
import { expectHeard } from '../e2e/hearing.ts';
import type { Phone } from './phone.ts';

const LOOK_EVERY_MS = 500;
/** Sound of which this much is alike is torn, and no other: other words of the voice stay below 0.4. */
const TORN_SPEECH = 0.3;

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

/** Which of these sounds this one is most like: one that a busy machine tore is still more like itself than like any other. */
export function closestTo(heard: Sound, sounds: readonly Sound[]): { at: number; score: number } {
  const scores = sounds.map((sound, at) => ({ at, score: similarity(heard, sound).score }));
  return scores.reduce((best, one) => (one.score > best.score ? one : best), { at: -1, score: 0 });
}

/** What the agent makes of texts. */
export const spoken = (standIn: StandIn, texts: readonly string[]): Promise<Sound[]> =>
  Promise.all(
    texts.map(async (text) => ({
      samples: await standIn.speech(text, { sampleRate: OUTPUT_SAMPLE_RATE }),
      sampleRate: OUTPUT_SAMPLE_RATE,
    })),
  );

/**
 * Resolves with all that a telephone heard since a moment, once this sound is in it, be it torn.
 *
 * @throws AppError where it is not in time.
 */
export async function hearsTorn(
  phone: Phone,
  sound: Sound,
  afterMs: number,
  withinMs: number,
): Promise<Sound> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    const heard = phone.heard.between(afterMs, performance.now());
    const { score } = similarity(heard, sound);
    if (score > TORN_SPEECH) return heard;
    if (performance.now() >= untilMs)
      throw new AppError(
        `waited ${withinMs} ms for a text, and heard nothing alike (${score})\n${phone.describe()}`,
      );
    // Comparing takes the machine that the calls run on.
    await new Promise((resolve) => setTimeout(resolve, 4 * LOOK_EVERY_MS));
  }
}
