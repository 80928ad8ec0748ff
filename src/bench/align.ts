import { BANDS, HOP_MS, spectrogram } from '../probe/spectrum.ts';
import { resampled, type Sound } from '../probe/wav.ts';

/** Rate at which sounds are compared. */
const ANALYSIS_RATE = 16_000;
/** Alikeness from which a piece of sound is the one it is compared with; other words of the voice stay below 0.45. */
const SAME = 0.6;
/** Less sound than this says too little, unless it is all there is. */
const SHORTEST_OVERLAP_ROWS = 30;
/** Up to this, words that begin alike sound alike. */
const SHORT_OVERLAP_ROWS = 60;
const SAME_WHEN_SHORT = 0.75;

/** How sound looks in bands over time; silence is 0. */
export interface Print {
  readonly rows: number;
  readonly values: Float32Array;
}

/** Where a known sound is in another one. */
export interface Place {
  /** Its beginning, from the other's; negative where that is cut off. */
  readonly atMs: number;
  /** 0 to 1. */
  readonly score: number;
}

/** A print of mono sound at any rate. */
export function printOf(sound: Sound): Print {
  const { rows, values } = spectrogram(resampled(sound, ANALYSIS_RATE));
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
  return { rows, values: relative };
}

/**
 * Where `known` was heard, if it was, whole or cut at either end. Codec, level and constant background do not matter.
 *
 * @param fromMs - not before this moment of `heard`.
 */
export function findIn(heard: Print, known: Print, fromMs = Number.NEGATIVE_INFINITY): Place | undefined {
  const shortest = Math.min(SHORTEST_OVERLAP_ROWS, known.rows);
  const firstLag = Math.max(shortest - known.rows, Math.ceil(fromMs / HOP_MS));
  let best: { lag: number; product: number; score: number } | undefined;
  for (let lag = firstLag; lag <= heard.rows - shortest; lag += 1) {
    const { product, score } = alikeness(heard, known, lag);
    const overlap = Math.min(heard.rows, lag + known.rows) - Math.max(0, lag);
    const enough = overlap < SHORT_OVERLAP_ROWS && overlap < known.rows ? SAME_WHEN_SHORT : SAME;
    if (score >= enough && product > (best?.product ?? 0)) best = { lag, product, score };
  }
  return best && { atMs: best.lag * HOP_MS, score: best.score };
}

/** How alike they are where they overlap when `known` begins at row `lag` of `heard`. */
function alikeness(heard: Print, known: Print, lag: number): { product: number; score: number } {
  const first = Math.max(0, lag) * BANDS;
  const last = Math.min(heard.rows, lag + known.rows) * BANDS;
  const shift = lag * BANDS;
  let product = 0;
  let energy = 0;
  let knownEnergy = 0;
  for (let i = first; i < last; i += 1) {
    const a = heard.values[i] ?? 0;
    const b = known.values[i - shift] ?? 0;
    product += a * b;
    energy += a * a;
    knownEnergy += b * b;
  }
  return { product, score: product / Math.sqrt(Math.max(1e-9, energy * knownEnergy)) };
}
