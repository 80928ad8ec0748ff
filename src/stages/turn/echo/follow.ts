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
export interface Sounding {
  /** Mean power. */
  heard: number;
  /** `undefined` where nothing was played that it may be an echo of. */
  match?: Match | undefined;
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
  // Blocks that say nothing leave the lag where it is, unless one behind them says something.
  const first = lagMs === undefined ? blocks.findIndex((block) => block?.match) : 0;
  const last = blocks.findLastIndex((block) => block?.match);
  const origins = new Map<number, Uint16Array>();
  for (let at = Math.max(0, first); at <= last; at++) {
    const { reached, from } = reach(scores);
    const { heard = 0, match } = blocks[at] ?? {};
    if (match) addLikeness(reached, match, { heard, weight: (levels[at] ?? 0) / mean, gain });
    origins.set(at, from);
    scores = reached;
  }
  let lag = bestOf(scores);
  const way: number[] = [];
  for (let at = blocks.length - 1; at >= 0; at--) {
    way.push(lag);
    lag = origins.get(at)?.[lag] ?? lag;
  }
  return way.reverse();
}

/** The best score with which each lag can be reached, and from which lag. */
function reach(scores: Float32Array): { reached: Float32Array<ArrayBuffer>; from: Uint16Array } {
  const best = bestOf(scores);
  const least = (scores[best] ?? 0) - JUMP;
  const near = bestWithin(scores);
  const reached = new Float32Array(LONGEST_LAG_MS);
  const from = new Uint16Array(LONGEST_LAG_MS);
  for (let lag = 0; lag < LONGEST_LAG_MS; lag++) {
    let [origin, most] = [best, least];
    const moved = near[lag] ?? 0;
    const afterMove = (scores[moved] ?? 0) - MOVE;
    if (afterMove > most) [origin, most] = [moved, afterMove];
    const end = Math.min(LONGEST_LAG_MS - 1, lag + SLIDES_MS);
    for (let other = Math.max(0, lag - SLIDES_MS); other <= end; other++) {
      const score = (scores[other] ?? 0) - cost(lag - other);
      if (score > most) [origin, most] = [other, score];
    }
    reached[lag] = most;
    from[lag] = origin;
  }
  return { reached, from };
}

/** The lag with the best score within `MOVES_MS` of each; of the shortest lags, within a little more. */
function bestWithin(scores: Float32Array): Uint16Array {
  // `from[lag]`: the best of `width` lags from `lag` on. Two such stretches that overlap cover all that are within reach.
  const from = Uint16Array.from(scores.keys());
  const better = (one: number, other: number) => ((scores[other] ?? 0) > (scores[one] ?? 0) ? other : one);
  let width = 1;
  for (; 2 * width <= 2 * MOVES_MS + 1; width *= 2)
    for (let lag = 0; lag + width < LONGEST_LAG_MS; lag++)
      from[lag] = better(from[lag] ?? 0, from[lag + width] ?? 0);
  return from.map((_, lag) => {
    const first = from[Math.max(0, lag - MOVES_MS)] ?? 0;
    const last = from[Math.max(0, lag + MOVES_MS + 1 - width)] ?? 0;
    return better(first, last);
  });
}

/** Nothing where its level is not the echo's. */
function addLikeness(
  scores: Float32Array,
  { likeness, played }: Match,
  { heard, weight, gain }: { heard: number; weight: number; gain: number | undefined },
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
