import { BANDS, HOP_MS, type Spectrogram, spectrogram } from './spectrum.ts';
import { resampled, type Sound } from './wav.ts';

export interface Match {
  /** 0 (nothing alike) to 1 (the same sound). */
  readonly score: number;
  /** Where in `heard` the expected sound begins, as well as it fits. */
  readonly atMs: number;
}

/**
 * Score from which it is the same speech. Measured over WebRTC with sentences of one voice: the right one 0.94 and up
 * (0.78 on a machine too busy to keep time), others below 0.4, a single word anywhere in other speech below 0.55.
 */
export const SAME_SPEECH = 0.7;

const ANALYSIS_RATE = 16_000;
/** 0.6 s: two or three syllables. */
const PIECE_ROWS = 60;
/** How far a piece may move against the one before: a jitter buffer shifts a little, a gap delays. */
const MOST_EARLIER_ROWS = 5;
const MOST_LATER_ROWS = 40;

/**
 * How much of `expected` was heard, and when. Compares spectra piece by piece, in order, each piece where it fits
 * best: codec, gain, jitter and short gaps do not matter; other words of the same voice, or another speed, do.
 */
export function similarity(heard: Sound, expected: Sound): Match {
  const long = normalised(spectrogram(resampled(heard, ANALYSIS_RATE)));
  const short = normalised(spectrogram(resampled(expected, ANALYSIS_RATE)));
  let paths: Path[] | undefined;
  let total = 0;
  for (let start = 0; start < short.rows; start += PIECE_ROWS) {
    const piece = short.values.subarray(start * BANDS, (start + PIECE_ROWS) * BANDS);
    total += Math.sqrt(energyOf(piece));
    const scores = Array.from({ length: long.rows }, (_, lag) => alikeness(long.values, lag + start, piece));
    paths = paths ? extended(paths, scores) : scores.map((score, lag) => ({ score, firstLag: lag }));
  }
  const nowhere = { score: 0, firstLag: 0 };
  const best = (paths ?? []).reduce((a, b) => (b.score > a.score ? b : a), nowhere);
  return { score: total > 0 ? best.score / total : 0, atMs: best.firstLag * HOP_MS };
}

/** The best way to place all pieces so far, the last of them at one lag. */
interface Path {
  readonly score: number;
  readonly firstLag: number;
}

function extended(paths: readonly Path[], scores: readonly number[]): Path[] {
  return scores.map((score, lag) => {
    let best: Path = { score: Number.NEGATIVE_INFINITY, firstLag: lag };
    const stop = Math.min(paths.length - 1, lag + MOST_EARLIER_ROWS);
    for (let from = Math.max(0, lag - MOST_LATER_ROWS); from <= stop; from += 1) {
      const path = paths[from];
      if (path && path.score > best.score) best = path;
    }
    return { score: best.score + score, firstLag: best.firstLag };
  });
}

/** A piece projected on as much of a spectrogram from `row` on: its own length when they are alike, else less. */
function alikeness(values: Float32Array, row: number, piece: Float32Array): number {
  const first = row * BANDS;
  const length = Math.min(piece.length, values.length - first);
  let product = 0;
  let energy = 0;
  for (let i = 0; i < length; i += 1) {
    const value = values[first + i] ?? 0;
    product += value * (piece[i] ?? 0);
    energy += value * value;
  }
  return energy > 0 ? product / Math.sqrt(energy) : 0;
}

function energyOf(values: Float32Array): number {
  let energy = 0;
  for (const value of values) energy += value * value;
  return energy;
}

/** Takes the voice and the line out of it: each band relative to its own mean while there is sound; silence is 0. */
function normalised({ rows, values }: Spectrogram): Spectrogram {
  const sounding: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    const level = values.subarray(row * BANDS, (row + 1) * BANDS).reduce((sum, value) => sum + value, 0);
    if (level > BANDS) sounding.push(row);
  }
  const relative = new Float32Array(values.length);
  for (let band = 0; band < BANDS; band += 1) {
    const levels = sounding.map((row) => values[row * BANDS + band] ?? 0);
    const mean = levels.reduce((sum, level) => sum + level, 0) / Math.max(1, levels.length);
    for (const [i, row] of sounding.entries()) relative[row * BANDS + band] = (levels[i] ?? 0) - mean;
  }
  return { rows, values: relative };
}
