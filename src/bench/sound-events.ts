import { meanPower } from '../openai/samples.ts';
import { voicedSpans } from '../probe/measure.ts';
import { durationMs, type Sound } from '../probe/wav.ts';

/** Silences inside an answer up to this long are how people talk. */
export const GAP_MS = 120;
/** A sound that gets this much quieter gives way. */
const YIELD_DB = 15;
/** How long it must stay quiet. */
const YIELD_FOR_MS = 60;
const WINDOW_MS = 30;
const STEP_MS = 10;
const SILENT_DB = -60;

/** Silences longer than `GAP_MS` between the first and the last sound, in ms. */
export function gapsIn(sound: Sound): number[] {
  const spans = voicedSpans(sound, { maxPauseMs: GAP_MS });
  return spans.slice(1).map(({ startMs }, index) => Math.round(startMs - (spans[index]?.endMs ?? startMs)));
}

/**
 * How long a sound goes on until it first gets much quieter than it was, or falls silent.
 *
 * @param before - the sound that came before, to compare with.
 * @returns ms from the beginning of `sound`; `undefined` when it never does.
 */
export function yieldsAfter(before: Sound, sound: Sound): number | undefined {
  const usualDb = Math.max(...levels(before));
  const quiet = levels(sound).map((db) => db < usualDb - YIELD_DB);
  const steps = YIELD_FOR_MS / STEP_MS;
  const at = quiet.findIndex(
    (_, index) => quiet.slice(index, index + steps).filter(Boolean).length === steps,
  );
  return at < 0 ? undefined : at * STEP_MS;
}

/**
 * When a sound that goes on at the beginning ends for good before `untilMs`; what only begins after it is left out.
 *
 * @returns ms from the beginning of `sound`; `undefined` when it still goes on at `untilMs`.
 */
export function stopsAfter(sound: Sound, untilMs: number): number | undefined {
  const last = voicedSpans(sound, { maxPauseMs: GAP_MS }).findLast(({ startMs }) => startMs < untilMs);
  if (!last) return 0;
  return last.endMs < untilMs ? last.endMs : undefined;
}

/** The loudness of windows of 30 ms, every 10 ms, in dB relative to full scale. */
function levels({ samples, sampleRate }: Sound): number[] {
  const at = (ms: number) => Math.round((ms * sampleRate) / 1000);
  const count = Math.max(0, Math.floor((durationMs({ samples, sampleRate }) - WINDOW_MS) / STEP_MS) + 1);
  return Array.from({ length: count }, (_, index) => {
    const part = samples.subarray(at(index * STEP_MS), at(index * STEP_MS + WINDOW_MS));
    return Math.max(SILENT_DB, 10 * Math.log10(meanPower(part) / 32_768 ** 2 + 1e-12));
  });
}
