import type { Sound } from './wav.ts';

/** Sample rate of what is heard in a room; mono. */
export const HEARD_RATE = 24_000;
/** Length of the frames that are added. */
export const HEARD_FRAME_MS = 10;

/** RMS above which a frame counts as sound; comfort noise stays below. */
const VOICED_RMS = 32768 * 10 ** (-45 / 20);
/** A busy event loop delivers late, never early, so within this the least delayed frame tells the time of all. */
const CLOCK_WINDOW_FRAMES = 100;
/** Of five frames in a row, how many make it speech and not a click. */
const RUN_FRAMES = 5;
const RUN_VOICED = 4;

/** Everything heard so far, with the `performance.now()` at which each frame could be heard. */
export interface Recording {
  /** Of all of it, in Hz. */
  readonly sampleRate: number;
  /** When what was recorded so far ends; `undefined` before the first frame. */
  readonly endMs: number | undefined;
  /** Adds 10 ms of mono sound. */
  add(frame: Int16Array, arrivedAtMs: number): void;
  /** What was heard from one moment (default the beginning) to another (default now), without the time in which there was no track. */
  between(fromMs?: number, toMs?: number): Sound;
  /** When that was heard which is so far into `between(fromMs)`. */
  momentOf(fromMs: number, intoMs: number): number;
  /** The first moment at or after `afterMs` at which speech, at least 40 ms of it, begins. */
  speechAfter(afterMs: number): number | undefined;
  /** The end of the last sound heard at or after `afterMs`. */
  lastSoundAfter(afterMs: number): number | undefined;
}

export function createRecording(sampleRate = HEARD_RATE): Recording {
  const frameSamples = (sampleRate * HEARD_FRAME_MS) / 1000;
  const frames: Int16Array[] = [];
  const arrivals: number[] = [];
  const voiced: boolean[] = [];
  const isRun = (index: number): boolean =>
    voiced[index] === true && voiced.slice(index, index + RUN_FRAMES).filter(Boolean).length >= RUN_VOICED;

  return {
    sampleRate,
    get endMs() {
      return frames.length === 0 ? undefined : startOf(arrivals, frames.length - 1) + HEARD_FRAME_MS;
    },
    add(frame, arrivedAtMs) {
      frames.push(frame);
      arrivals.push(arrivedAtMs);
      voiced.push(isVoiced(frame));
    },
    between(fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY) {
      const picked = frames.slice(frameAt(arrivals, fromMs), frameAt(arrivals, toMs));
      const samples = new Int16Array(picked.length * frameSamples);
      for (const [i, frame] of picked.entries())
        samples.set(frame.subarray(0, frameSamples), i * frameSamples);
      return { samples, sampleRate };
    },
    momentOf(fromMs, intoMs) {
      const index = frameAt(arrivals, fromMs) + Math.floor(intoMs / HEARD_FRAME_MS);
      return startOf(arrivals, Math.min(index, arrivals.length - 1)) + (intoMs % HEARD_FRAME_MS);
    },
    speechAfter(afterMs) {
      for (let i = frameAt(arrivals, afterMs); i < frames.length; i += 1)
        if (isRun(i)) return startOf(arrivals, i);
      return undefined;
    },
    lastSoundAfter(afterMs) {
      const last = voiced.lastIndexOf(true);
      if (last < 0) return undefined;
      const endMs = startOf(arrivals, last) + HEARD_FRAME_MS;
      return endMs >= afterMs ? endMs : undefined;
    },
  };
}

/** When the last sound after a moment ended, once nothing was heard for so long. */
export function quietSince(heard: Recording, afterMs: number, quietMs: number): number | undefined {
  const sinceMs = heard.lastSoundAfter(afterMs) ?? afterMs;
  return heard.endMs !== undefined && heard.endMs - sinceMs >= quietMs ? sinceMs : undefined;
}

/** When frame `index` began to be heard. */
function startOf(arrivals: readonly number[], index: number): number {
  let earliest = Number.POSITIVE_INFINITY;
  const stop = Math.min(index + CLOCK_WINDOW_FRAMES, arrivals.length);
  for (let i = index; i < stop; i += 1) {
    earliest = Math.min(earliest, (arrivals[i] ?? 0) - (i - index + 1) * HEARD_FRAME_MS);
  }
  return earliest;
}

/** The first frame that begins at or after a moment. Starts grow with the index, up to the clock's correction. */
function frameAt(arrivals: readonly number[], ms: number): number {
  let low = 0;
  let high = arrivals.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(arrivals, middle) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isVoiced(frame: Int16Array): boolean {
  let sum = 0;
  for (const sample of frame) sum += sample * sample;
  return Math.sqrt(sum / Math.max(1, frame.length)) >= VOICED_RMS;
}
