import { readFileSync } from 'node:fs';
import type { Finished, FinishedJudge } from '../roles.ts';
import { CompletenessModel, type Weights } from './model.ts';
import { Prosody } from './prosody.ts';

interface Learned extends Weights {
  /** Probabilities from which on a caller has surely finished, or perhaps. */
  readonly surelyFrom: number;
  readonly perhapsFrom: number;
}

/** Of all calls of a process. */
let shared: { model: CompletenessModel; learned: Learned } | undefined;

function load() {
  const learned: Learned = JSON.parse(readFileSync(new URL('weights.json', import.meta.url), 'utf8'));
  return { model: new CompletenessModel(learned), learned };
}

/** Judges by what was learned from sentences of many kinds, voices and transcribers: `README.md` of `stages`. */
export class LearnedJudge implements FinishedJudge {
  readonly #prosody = new Prosody();
  readonly #model: CompletenessModel;
  readonly #learned: Learned;

  constructor() {
    shared ??= load();
    this.#model = shared.model;
    this.#learned = shared.learned;
  }

  push(samples: Int16Array): void {
    this.#prosody.push(samples);
  }

  judge(text: string): Finished {
    const features = this.#model.featuresOf(text, this.#prosody.features());
    const probability = this.#model.probabilityOf(features);
    if (probability >= this.#learned.surelyFrom) return 'surely';
    return probability >= this.#learned.perhapsFrom ? 'perhaps' : 'not';
  }

  reset(): void {
    this.#prosody.reset();
  }
}
