import FFT from 'fft.js';
import { PER_MS } from './signal.ts';

/** Sound is compared in blocks: WebRTC stretches it by some milliseconds now and then, and a caller speaks in some of them. */
export const BLOCK_MS = 100;
export const BLOCK_SAMPLES = BLOCK_MS * PER_MS;
/** From the moment a sound is handed to WebRTC: the way there, a jitter buffer, a loudspeaker, the way back. */
export const LONGEST_LAG_MS = 1500;
/** What was played until a block ends that it may be an echo of. */
export const PLAYED_SAMPLES = LONGEST_LAG_MS * PER_MS + BLOCK_SAMPLES;

const fft = new FFT(8192);
/** Real and imaginary parts in turn. */
const signals: number[] = fft.createComplexArray();
const spectra: number[] = fft.createComplexArray();

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
 * @returns `undefined` where nothing was played.
 */
export function match(heard: Float32Array, played: Float32Array): Match | undefined {
  if (played.every((sample) => sample === 0)) return undefined;
  correlate(heard, played);
  const heardPower = powerOf(heard) * BLOCK_SAMPLES;
  const likeness = new Float32Array(LONGEST_LAG_MS);
  const powers = new Float32Array(LONGEST_LAG_MS);
  let playedPower = powerOf(played.subarray(0, BLOCK_SAMPLES)) * BLOCK_SAMPLES;
  for (let from = 0; from < LONGEST_LAG_MS * PER_MS; from++) {
    playedPower += (played[from + BLOCK_SAMPLES] ?? 0) ** 2 - (played[from] ?? 0) ** 2;
    const both = Math.sqrt(heardPower * playedPower);
    const alike = both > 0 ? Math.abs(spectra[2 * from + 2] ?? 0) / both : 0;
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

/** Into the real parts of `spectra`: sums of the products of `heard` and `played` from each of its samples on. */
function correlate(heard: Float32Array, played: Float32Array): void {
  const { size } = fft;
  signals.fill(0);
  for (let at = 0; at < played.length; at++) signals[2 * at] = played[at] ?? 0;
  for (let at = 0; at < heard.length; at++) signals[2 * at + 1] = heard[at] ?? 0;
  fft.transform(spectra, signals);
  for (let k = 0; k <= size / 2; k++) {
    const one = 2 * k;
    const mirror = 2 * ((size - k) % size);
    const re = spectra[one] ?? 0;
    const im = spectra[one + 1] ?? 0;
    const mirrorRe = spectra[mirror] ?? 0;
    const mirrorIm = spectra[mirror + 1] ?? 0;
    const playedRe = re + mirrorRe;
    const playedIm = im - mirrorIm;
    const heardRe = im + mirrorIm;
    const heardIm = mirrorRe - re;
    const productRe = (playedRe * heardRe + playedIm * heardIm) / 4;
    const productIm = (playedIm * heardRe - playedRe * heardIm) / 4;
    signals[one] = signals[mirror] = productRe;
    signals[one + 1] = productIm;
    signals[mirror + 1] = -productIm;
  }
  fft.inverseTransform(spectra, signals);
}
