import { PROSODY_FEATURES } from './prosody.ts';
import { BUCKETS, bucketsOf, TEXT_FEATURES, textFeaturesOf } from './word-features.ts';

/** What was learned (`test/patience/train.ts`). */
export interface Weights {
  /** Of the hashed features of the words, and what is added. */
  readonly words: readonly number[];
  readonly wordsBias: number;
  /** Places of words that were learned from. */
  readonly known: readonly number[];
  /** Of a layer between: a row for each of its units, a column for each dense feature. */
  readonly hidden: readonly (readonly number[])[];
  readonly hiddenBias: readonly number[];
  readonly out: readonly number[];
  readonly outBias: number;
}

export const DENSE_FEATURES = ['words', ...TEXT_FEATURES, ...PROSODY_FEATURES] as const;

/** Says how likely it is that a caller has finished, from the words and the sound of the turn so far. */
export class CompletenessModel {
  readonly #weights: Weights;
  readonly #known: Uint8Array;

  constructor(weights: Weights) {
    this.#weights = weights;
    this.#known = new Uint8Array(BUCKETS);
    for (const bucket of weights.known) this.#known[bucket] = 1;
  }

  /** All that the last layers see. @param prosody - of `Prosody.features` */
  featuresOf(text: string, prosody: readonly number[]): number[] {
    const { words, wordsBias } = this.#weights;
    const score = bucketsOf(text).reduce((sum, bucket) => sum + (words[bucket] ?? 0), wordsBias);
    return [score / 4, ...textFeaturesOf(text, (bucket) => this.#known[bucket] === 1), ...prosody];
  }

  /** 0: the caller goes on, 1: they have finished. */
  probabilityOf(features: readonly number[]): number {
    const { hidden, hiddenBias, out, outBias } = this.#weights;
    const score = hidden.reduce((sum, row, unit) => {
      const inner = row.reduce(
        (total, weight, at) => total + weight * (features[at] ?? 0),
        hiddenBias[unit] ?? 0,
      );
      return sum + (out[unit] ?? 0) * Math.tanh(inner);
    }, outBias);
    return 1 / (1 + Math.exp(-score));
  }
}
