import { readFileSync } from 'node:fs';
import type { FinishedJudge } from '../roles.ts';
import { CompletenessModel, DENSE_FEATURES, type Weights } from './model.ts';
import { Prosody } from './prosody.ts';

interface Learned extends Weights {
  readonly ranks: Ranks;
}

/** Of those who had finished: probabilities from the least to the greatest, as many between each two; for each kind of text. */
export type Ranks = Readonly<Record<'known' | 'unknown' | 'short', readonly number[]>>;

/** Of all calls of a process. */
let shared: { model: CompletenessModel; learned: Learned } | undefined;

/**
 * Reads what was learned, once for all calls of a process.
 *
 * @throws the file system's error when the file is not beside the program.
 */
export function loadLearned(): NonNullable<typeof shared> {
  if (shared) return shared;
  const learned: Learned = JSON.parse(readFileSync(new URL('weights.json', import.meta.url), 'utf8'));
  shared = { model: new CompletenessModel(learned), learned };
  return shared;
}

/** Judges by what was learned from sentences of many kinds, voices and transcribers: `README.md` of `stages`. */
export class LearnedJudge implements FinishedJudge {
  readonly #prosody = new Prosody();
  readonly #model: CompletenessModel;
  readonly #learned: Learned;

  constructor() {
    const { model, learned } = loadLearned();
    this.#model = model;
    this.#learned = learned;
  }

  push(samples: Int16Array): void {
    this.#prosody.push(samples);
  }

  judge(text: string): number {
    const features = this.#model.featuresOf(text, this.#prosody.features());
    return rankOf(this.#model.probabilityOf(features), this.#learned.ranks[kindOf(features)]);
  }

  reset(): void {
    this.#prosody.reset();
  }
}

const SHORT = DENSE_FEATURES.indexOf('one to three words');
const UNKNOWN_WORDS = DENSE_FEATURES.indexOf('unknown words at the end');

/**
 * Which ends a text is compared with: those of few words, those whose last words were never learned, or the others. Less is
 * known of the first two, and callers who say such are not to wait longer for that.
 *
 * @param features - of `CompletenessModel.featuresOf`
 */
export function kindOf(features: readonly number[]): keyof Ranks {
  if (features[SHORT] === 1) return 'short';
  return (features[UNKNOWN_WORDS] ?? 0) >= 0.5 ? 'unknown' : 'known';
}

/** The share of them that is less probable. */
function rankOf(probability: number, ranks: readonly number[]): number {
  const at = ranks.findIndex((one) => one > probability);
  if (at <= 0) return at === 0 ? 0 : 1;
  const [before = 0, after = 1] = [ranks[at - 1], ranks[at]];
  return (at - 1 + (probability - before) / (after - before)) / (ranks.length - 1);
}
