import { resample } from '../openai/resample.ts';
import { BANDS, HOP_MS, spectrogram } from './spectrum.ts';
import type { Sound } from './wav.ts';

/** Rate at which sounds are compared. */
const ANALYSIS_RATE = 16_000;
/** Alikeness from which a piece of sound is the one it is compared with; other words of the voice stay below 0.45. */
const SAME = 0.6;
/** Less sound than this says too little, unless it is all there is. */
const SHORTEST_OVERLAP_ROWS = 30;
/** Up to this, words that begin alike sound alike. */
const SHORT_OVERLAP_ROWS = 60;
const SAME_WHEN_SHORT = 0.75;
/** Sounds are compared piece by piece: a jitter buffer shortens and stretches what it plays. */
const PIECE_ROWS = 40;
/** How far a piece may move against the one before, in rows. */
interface Drift {
  readonly earlier: number;
  readonly later: number;
}
/** What a jitter buffer does. */
const JITTER: Drift = { earlier: 6, later: 6 };
/** A gap delays all that follows. */
const GAPS: Drift = { earlier: 6, later: 40 };

/**
 * `similarity` from which it is the same speech. Measured over WebRTC with sentences of one voice: the right one 0.94
 * and up (0.78 on a machine too busy to keep time), others below 0.4, a single word anywhere in other speech below 0.55.
 */
export const SAME_SPEECH = 0.7;

/** How sound looks in bands over time; silence is 0. */
export interface Print {
  readonly rows: number;
  readonly values: Float32Array;
  /** The energy of all rows before each one, and of all. */
  readonly energies: Float64Array;
}

/** Where a known sound is in another one. */
export interface Place {
  /** Its beginning, from the other's; negative where that is cut off. */
  readonly atMs: number;
  /** 0 to 1. */
  readonly score: number;
  /** Where a moment of the known sound is in the other; outside of it where that is cut off. */
  momentOf(ms: number): number;
}

/** A print of mono sound at any rate. */
export function printOf({ samples, sampleRate }: Sound): Print {
  const at = resample(samples, sampleRate, ANALYSIS_RATE);
  const { rows, values } = spectrogram({ samples: at, sampleRate: ANALYSIS_RATE });
  const means = new Float64Array(BANDS);
  let sounding = 0;
  const isSounding = (row: number) => {
    let level = 0;
    for (let band = 0; band < BANDS; band += 1) level += values[row * BANDS + band] ?? 0;
    return level > BANDS;
  };
  const loud = Array.from({ length: rows }, (_, row) => isSounding(row));
  for (let row = 0; row < rows; row += 1) {
    if (!loud[row]) continue;
    sounding += 1;
    for (let band = 0; band < BANDS; band += 1)
      means[band] = (means[band] ?? 0) + (values[row * BANDS + band] ?? 0);
  }
  const relative = new Float32Array(values.length);
  for (let i = 0; i < values.length; i += 1) {
    if (loud[Math.floor(i / BANDS)])
      relative[i] = (values[i] ?? 0) - (means[i % BANDS] ?? 0) / Math.max(1, sounding);
  }
  return { rows, values: relative, energies: energiesOf(relative, rows) };
}

function energiesOf(values: Float32Array, rows: number): Float64Array {
  const energies = new Float64Array(rows + 1);
  for (let row = 0; row < rows; row += 1) {
    const [from, to] = [row * BANDS, (row + 1) * BANDS];
    energies[row + 1] = (energies[row] ?? 0) + productOf(values, from, values, from, to - from);
  }
  return energies;
}

const energyIn = ({ energies }: Print, first: number, last: number): number =>
  (energies[last] ?? 0) - (energies[first] ?? 0);

/** Four sums side by side: a processor waits for the one before otherwise. `count` is a multiple of four. */
function productOf(a: Float32Array, fromA: number, b: Float32Array, fromB: number, count: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let i = 0; i < count; i += 4) {
    s0 += (a[fromA + i] as number) * (b[fromB + i] as number);
    s1 += (a[fromA + i + 1] as number) * (b[fromB + i + 1] as number);
    s2 += (a[fromA + i + 2] as number) * (b[fromB + i + 2] as number);
    s3 += (a[fromA + i + 3] as number) * (b[fromB + i + 3] as number);
  }
  return s0 + s1 + s2 + s3;
}

/** A way to place all pieces so far. */
interface Path {
  readonly product: number;
  readonly heardEnergy: number;
  readonly knownEnergy: number;
  readonly rows: number;
  readonly lag: number;
  readonly before: Path | undefined;
}

/**
 * Where `known` was heard, if it was, whole or cut at either end. Codec, level, constant background and small changes
 * of pace do not matter.
 *
 * @param fromMs - not before this moment of `heard`.
 */
export function findIn(heard: Print, known: Print, fromMs = Number.NEGATIVE_INFINITY): Place | undefined {
  const shortest = Math.min(SHORTEST_OVERLAP_ROWS, known.rows);
  const firstLag = Math.max(shortest - known.rows, Math.ceil(fromMs / HOP_MS));
  const paths = pathsOf(heard, known, { firstLag, lastLag: heard.rows - shortest, drift: JITTER });
  const best = paths.filter((path) => isSame(path, known, shortest)).reduce(better, undefined);
  return best && placeOf(best);
}

/**
 * How much of `expected` was heard, whole and in order, and when: 0 (nothing alike) to 1 (the same sound). Codec, gain,
 * jitter and short gaps do not matter; other words of the same voice, or another speed, do.
 */
export const similarity = (heard: Sound, expected: Sound): Pick<Place, 'score' | 'atMs'> =>
  printSimilarity(printOf(heard), printOf(expected));

/** Whether `known` was heard whole, by `SAME_SPEECH`. What has too little sound for that is not compared: most of the work. */
export const isHeardIn = (long: Print, known: Print): boolean =>
  Math.sqrt(energyOf(long) / Math.max(1e-9, energyOf(known))) >= SAME_SPEECH &&
  printSimilarity(long, known).score >= SAME_SPEECH;

const energyOf = (print: Print): number => energyIn(print, 0, print.rows);

/** `similarity` of sounds whose prints are there. */
function printSimilarity(long: Print, known: Print): Pick<Place, 'score' | 'atMs'> {
  const energy = energyOf(known);
  const paths = pathsOf(long, known, { firstLag: 0, lastLag: long.rows - 1, drift: GAPS });
  const scoreIn = ({ product, heardEnergy }: Path) => product / Math.max(1e-9, heardEnergy, energy);
  const best = paths.reduce<Path | undefined>((a, b) => (a && scoreIn(a) >= scoreIn(b) ? a : b), undefined);
  return best ? { score: scoreIn(best), atMs: placeOf(best).atMs } : { score: 0, atMs: 0 };
}

/** For each place of the last piece of `known` in `heard`, the best way to place the pieces before it. */
function pathsOf(
  heard: Print,
  known: Print,
  { firstLag, lastLag, drift }: { firstLag: number; lastLag: number; drift: Drift },
): Path[] {
  const lags = Math.max(0, lastLag - firstLag + 1);
  let paths: Path[] | undefined;
  for (let start = 0; start < known.rows; start += PIECE_ROWS) {
    const before = paths;
    paths = Array.from({ length: lags }, (_, index) =>
      extended(bestNear(before, index, drift), heard, known, start, firstLag + index),
    );
  }
  return paths ?? [];
}

const better = (a: Path | undefined, b: Path): Path => (a && a.product >= b.product ? a : b);

function bestNear(paths: readonly Path[] | undefined, index: number, drift: Drift): Path | undefined {
  const last = Math.min(index + drift.earlier, (paths?.length ?? 0) - 1);
  let best: Path | undefined;
  for (let at = Math.max(0, index - drift.later); at <= last; at += 1)
    best = better(best, paths?.[at] as Path);
  return best;
}

const scoreOf = ({ product, heardEnergy, knownEnergy }: Path): number =>
  product / Math.sqrt(Math.max(1e-9, heardEnergy * knownEnergy));

function isSame(path: Path, known: Print, shortest: number): boolean {
  const isShort = path.rows < SHORT_OVERLAP_ROWS && path.rows < known.rows;
  return path.rows >= shortest && scoreOf(path) >= (isShort ? SAME_WHEN_SHORT : SAME);
}

/** The piece that begins at row `start` of `known`, placed with all of `known` at row `lag` of `heard`. */
function extended(before: Path | undefined, heard: Print, known: Print, start: number, lag: number): Path {
  const first = Math.max(0, lag + start);
  const last = Math.max(first, Math.min(heard.rows, lag + Math.min(known.rows, start + PIECE_ROWS)));
  const { product, heardEnergy, knownEnergy, rows } = before ?? NOTHING;
  const [at, knownAt, count] = [first * BANDS, (first - lag) * BANDS, (last - first) * BANDS];
  return {
    product: product + productOf(heard.values, at, known.values, knownAt, count),
    heardEnergy: heardEnergy + energyIn(heard, first, last),
    knownEnergy: knownEnergy + energyIn(known, first - lag, last - lag),
    rows: rows + last - first,
    ...{ lag, before },
  };
}

const NOTHING = { product: 0, heardEnergy: 0, knownEnergy: 0, rows: 0 };

function placeOf(path: Path): Place {
  const lags: number[] = [];
  for (let piece: Path | undefined = path; piece; piece = piece.before) lags.unshift(piece.lag);
  const lagAt = (ms: number) => {
    const piece = Math.floor(ms / HOP_MS / PIECE_ROWS);
    return lags[Math.max(0, Math.min(lags.length - 1, piece))] ?? 0;
  };
  return {
    atMs: (lags[0] ?? 0) * HOP_MS,
    score: scoreOf(path),
    momentOf: (ms) => ms + lagAt(ms) * HOP_MS,
  };
}
