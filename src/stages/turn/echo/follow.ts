import { LONGEST_LAG_MS, type Match } from './match.ts';

/** From block to block an echo slides a little, and moves by a period of the voice where a jitter buffer cuts one out. */
const SLIDES_MS = 3;
const MOVES_MS = 20;
/**
 * What each millisecond of a slide costs, a move, and a jump to anywhere: chance finds something alike somewhere for each
 * block, an echo goes on where it was.
 */
const SLIDE = 0.002;
const MOVE = 0.1;
const JUMP = 0.4;
/** An echo that is known is so much softer or louder, as power: nothing else is this echo. */
const SOFTEST = 0.25;
const LOUDEST = 2;

/** A block in which something was heard. */
export interface Sounding extends Match {
  /** Mean power. */
  heard: number;
}

/** Where an echo is, as far as it is known. */
export interface Bearing {
  lagMs?: number | undefined;
  /** Of its power, to what was played. */
  gain?: number | undefined;
}

/**
 * The way of an echo through blocks in a row: the lag of each, in milliseconds, so that they are as alike as can be to
 * what was played then, and the lag seldom changes (Viterbi's algorithm).
 *
 * @param blocks - `undefined` where nothing was heard.
 */
export function follow(blocks: readonly (Sounding | undefined)[], { lagMs, gain }: Bearing): number[] {
  const levels = blocks.map((block) => Math.sqrt(block?.heard ?? 0));
  const mean = levels.reduce((sum, level) => sum + level, 0) / levels.filter((level) => level > 0).length;
  let scores = new Float32Array(LONGEST_LAG_MS);
  if (lagMs !== undefined) scores = scores.map((_, lag) => -cost(lag - lagMs));
  const origins: Uint16Array[] = [];
  for (const [at, block] of blocks.entries()) {
    const { reached, from } = reach(scores);
    if (block) addLikeness(reached, block, { weight: (levels[at] ?? 0) / mean, gain });
    origins.push(from);
    scores = reached;
  }
  let lag = bestOf(scores);
  const way: number[] = [];
  for (const from of origins.toReversed()) {
    way.push(lag);
    lag = from[lag] ?? lag;
  }
  return way.reverse();
}

/** The best score with which each lag can be reached, and from which lag. */
function reach(scores: Float32Array): { reached: Float32Array<ArrayBuffer>; from: Uint16Array } {
  const best = bestOf(scores);
  const reached = new Float32Array(LONGEST_LAG_MS).fill((scores[best] ?? 0) - JUMP);
  const from = new Uint16Array(LONGEST_LAG_MS).fill(best);
  for (let change = -MOVES_MS; change <= MOVES_MS; change++) {
    const price = cost(change);
    const end = Math.min(LONGEST_LAG_MS, LONGEST_LAG_MS + change);
    for (let lag = Math.max(0, change); lag < end; lag++) {
      const score = (scores[lag - change] ?? 0) - price;
      if (score <= (reached[lag] ?? 0)) continue;
      reached[lag] = score;
      from[lag] = lag - change;
    }
  }
  return { reached, from };
}

/** Nothing where its level is not the echo's. */
function addLikeness(
  scores: Float32Array,
  { heard, likeness, played }: Sounding,
  { weight, gain }: { weight: number; gain: number | undefined },
): void {
  for (let lag = 0; lag < LONGEST_LAG_MS; lag++) {
    const expected = (gain ?? 0) * (played[lag] ?? 0);
    const isOff = gain !== undefined && (heard < SOFTEST * expected || heard > LOUDEST * expected);
    if (!isOff) scores[lag] = (scores[lag] ?? 0) + weight * (likeness[lag] ?? 0);
  }
}

function bestOf(scores: Float32Array): number {
  let best = 0;
  for (let lag = 1; lag < LONGEST_LAG_MS; lag++) if ((scores[lag] ?? 0) > (scores[best] ?? 0)) best = lag;
  return best;
}

function cost(ms: number): number {
  const far = Math.abs(ms);
  if (far <= SLIDES_MS) return SLIDE * far;
  return far <= MOVES_MS ? MOVE : JUMP;
}
