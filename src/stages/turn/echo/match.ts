import { PER_MS } from './signal.ts';

/** Sound is compared in blocks: WebRTC stretches it by some milliseconds now and then, and a caller speaks in some of them. */
export const BLOCK_MS = 100;
export const BLOCK_SAMPLES = BLOCK_MS * PER_MS;

/** One block of what was heard, against what was played before it. */
export interface Block {
  /** How alike the two are, whatever their level: 0 to 1. */
  likeness: number;
  /** Mean power of what was heard. */
  heard: number;
  /** Mean power of what was played. */
  played: number;
}

/**
 * How long before what was heard the sound was played that it is most alike to.
 *
 * @param heard - whole blocks.
 * @param played - begins `maxLag` samples before `heard`, and ends with it.
 * @returns the lag in samples and the likeness of the blocks, each weighted by its level.
 */
export function bestLag(
  heard: Float32Array,
  played: Float32Array,
  lags: { from: number; to: number; maxLag: number },
): { lag: number; likeness: number } {
  const powers = runningPower(played);
  const blocks = Math.floor(heard.length / BLOCK_SAMPLES);
  const weights = Array.from({ length: blocks }, (_, block) => {
    return Math.sqrt(power(heard, block * BLOCK_SAMPLES));
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  let best = { lag: 0, likeness: 0 };
  for (let lag = lags.from; lag <= lags.to; lag++) {
    let sum = 0;
    for (let block = 0; block < blocks; block++) {
      const start = block * BLOCK_SAMPLES;
      const from = lags.maxLag - lag + start;
      const played2 = (powers[from + BLOCK_SAMPLES] ?? 0) - (powers[from] ?? 0);
      // The block's own power divides out: its weight is the root of it.
      if (played2 > 0) sum += product(heard, start, played, from) / Math.sqrt(played2);
    }
    const likeness = Math.abs(sum) / total;
    if (likeness > best.likeness) best = { lag, likeness };
  }
  return best;
}

/**
 * Each block of what was heard against what was played `lag` samples before it, a little more or less.
 *
 * @param played - begins `maxLag` samples before `heard`.
 */
export function blocksAt(
  heard: Float32Array,
  played: Float32Array,
  { lag, slack, maxLag }: { lag: number; slack: number; maxLag: number },
): Block[] {
  const powers = runningPower(played);
  const blocks: Block[] = [];
  for (let start = 0; start + BLOCK_SAMPLES <= heard.length; start += BLOCK_SAMPLES) {
    const heardPower = power(heard, start);
    let best: Block = { likeness: 0, heard: heardPower / BLOCK_SAMPLES, played: 0 };
    for (let shift = -slack; shift <= slack; shift++) {
      const from = Math.max(0, maxLag - lag + shift + start);
      const playedPower = (powers[from + BLOCK_SAMPLES] ?? 0) - (powers[from] ?? 0);
      const both = Math.sqrt(heardPower * playedPower);
      const likeness = both > 0 ? Math.abs(product(heard, start, played, from)) / both : 0;
      const isBetter = likeness > best.likeness || best.played === 0;
      if (isBetter) best = { ...best, likeness, played: playedPower / BLOCK_SAMPLES };
    }
    blocks.push(best);
  }
  return blocks;
}

function product(one: Float32Array, at: number, other: Float32Array, from: number): number {
  let sum = 0;
  for (let k = 0; k < BLOCK_SAMPLES; k++) sum += (one[at + k] ?? 0) * (other[from + k] ?? 0);
  return sum;
}

function power(samples: Float32Array, start: number): number {
  let sum = 0;
  for (let at = start; at < start + BLOCK_SAMPLES; at++) sum += (samples[at] ?? 0) ** 2;
  return sum;
}

/** The power of all samples before each, so that the power of any part is one subtraction. */
function runningPower(samples: Float32Array): Float64Array {
  const sums = new Float64Array(samples.length + 1);
  for (let at = 0; at < samples.length; at++) sums[at + 1] = (sums[at] ?? 0) + (samples[at] ?? 0) ** 2;
  return sums;
}
