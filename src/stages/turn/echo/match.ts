import { Fft } from './fft.ts';
import { PER_MS } from './signal.ts';

/** Sound is compared in blocks: WebRTC stretches it by some milliseconds now and then, and a caller speaks in some of them. */
export const BLOCK_MS = 100;
export const BLOCK_SAMPLES = BLOCK_MS * PER_MS;
/** From the moment a sound is handed to WebRTC: the way there, a jitter buffer, a loudspeaker, the way back. */
export const LONGEST_LAG_MS = 1500;
/** What was played until a block ends that it may be an echo of. */
export const PLAYED_SAMPLES = LONGEST_LAG_MS * PER_MS + BLOCK_SAMPLES;

const fft = new Fft(8192);
const re = new Float64Array(fft.length);
const im = new Float64Array(fft.length);

/** A block of what was heard, against what was played each millisecond before it: `LONGEST_LAG_MS` values each. */
export interface Match {
  /** How alike the two are, whatever their level: 0 to 1. */
  likeness: Float32Array;
  /** Mean power of what was played. */
  played: Float32Array;
}

/**
 * Compares a block with everything that it may be an echo of.
 *
 * @param heard - `BLOCK_SAMPLES`.
 * @param played - `PLAYED_SAMPLES` that end when the block does.
 */
export function match(heard: Float32Array, played: Float32Array): Match {
  correlate(heard, played);
  const heardPower = powerOf(heard) * BLOCK_SAMPLES;
  const likeness = new Float32Array(LONGEST_LAG_MS);
  const powers = new Float32Array(LONGEST_LAG_MS);
  let playedPower = powerOf(played.subarray(0, BLOCK_SAMPLES)) * BLOCK_SAMPLES;
  for (let from = 0; from < LONGEST_LAG_MS * PER_MS; from++) {
    playedPower += (played[from + BLOCK_SAMPLES] ?? 0) ** 2 - (played[from] ?? 0) ** 2;
    const both = Math.sqrt(heardPower * playedPower);
    const alike = both > 0 ? Math.abs(re[from + 1] ?? 0) / fft.length / both : 0;
    const lagMs = LONGEST_LAG_MS - 1 - Math.floor(from / PER_MS);
    if (alike < (likeness[lagMs] ?? 0)) continue;
    likeness[lagMs] = Math.min(1, alike);
    powers[lagMs] = playedPower / BLOCK_SAMPLES;
  }
  return { likeness, played: powers };
}

/**
 * Compares a block with one of what was played, or the same a little earlier or later.
 *
 * @param played - longer than `heard` by what it may be earlier or later.
 */
export function near(heard: Float32Array, played: Float32Array): { likeness: number; played: number } {
  const heardSum = powerOf(heard) * heard.length;
  let playedSum = powerOf(played.subarray(0, heard.length)) * heard.length;
  let best = { likeness: 0, played: playedSum / heard.length };
  for (let from = 0; from + heard.length <= played.length; from++) {
    const both = Math.sqrt(heardSum * playedSum);
    let product = 0;
    for (let at = 0; at < heard.length; at++) product += (heard[at] ?? 0) * (played[from + at] ?? 0);
    const likeness = both > 0 ? Math.abs(product) / both : 0;
    if (likeness > best.likeness) best = { likeness, played: playedSum / heard.length };
    playedSum += (played[from + heard.length] ?? 0) ** 2 - (played[from] ?? 0) ** 2;
  }
  return best;
}

/** Mean power. */
export function powerOf(samples: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < samples.length; at++) sum += (samples[at] ?? 0) ** 2;
  return sum / samples.length;
}

/** Into `re`: sums of the products of `heard` and `played` from each of its samples on, times the transform's length. */
function correlate(heard: Float32Array, played: Float32Array): void {
  const { length } = fft;
  re.fill(0).set(played);
  im.fill(0).set(heard);
  fft.transform(re, im);
  for (let k = 0; k <= length / 2; k++) {
    const mirror = (length - k) % length;
    // Two real signals in one transform: twice the spectrum of what was played, and of what was heard.
    const playedRe = (re[k] ?? 0) + (re[mirror] ?? 0);
    const playedIm = (im[k] ?? 0) - (im[mirror] ?? 0);
    const heardRe = (im[k] ?? 0) + (im[mirror] ?? 0);
    const heardIm = (re[mirror] ?? 0) - (re[k] ?? 0);
    re[k] = (playedRe * heardRe + playedIm * heardIm) / 4;
    im[k] = (playedIm * heardRe - playedRe * heardIm) / 4;
    re[mirror] = re[k] ?? 0;
    im[mirror] = -(im[k] ?? 0);
  }
  fft.transform(im, re);
}
