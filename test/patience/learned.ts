import { kindOf, type Ranks } from '../../src/stages/turn/completeness/learned-judge.ts';
import { CompletenessModel, type Weights } from '../../src/stages/turn/completeness/model.ts';
import { BUCKETS, knownBucket } from '../../src/stages/turn/completeness/word-features.ts';
import { wordsOf } from '../../src/stages/turn/words.ts';
import type { Question } from './asked.ts';
import { learnLayers, learnWords, type WordExample } from './learn.ts';
import { shareOf } from './split.ts';

export type TextExample = WordExample & { text: string; sentence: string };

interface Judged {
  isDone: boolean;
  kind: keyof Ranks;
  probability: number;
}

const FOLDS = 5;
/** Steps between the ranks that are kept. */
const STEPS = 20;
const EMPTY = { hidden: [], hiddenBias: [], out: [], outBias: 0 };
const foldOf = (sentence: string) => Math.floor(shareOf(`fold ${sentence}`) * FOLDS);
const folds = Array.from({ length: FOLDS }, (_, fold) => fold);

/** Most turns of a real call are short answers; of the sentences here few are. */
export function doneWeight(text: string): number {
  return wordsOf(text).length <= 3 ? 2 : 1;
}

/** Learns words, then sound and words together, each sentence by words of a model that did not learn from it. */
export function learnFrom(
  questions: readonly Question[],
  texts: readonly TextExample[],
): Weights & { ranks: Ranks } {
  const dense = folds.flatMap((fold) => {
    const model = new CompletenessModel(wordsOnly(texts.filter((one) => foldOf(one.sentence) !== fold)));
    return questions
      .filter(({ sentence }) => foldOf(sentence) === fold)
      .map(({ text, prosody, isDone, sentence }) => ({
        ...{ sentence, isDone, weight: isDone ? doneWeight(text) : 1 },
        features: model.featuresOf(text, prosody),
      }));
  });
  // How well it judges sentences that it did not learn from.
  const judged = folds.flatMap((fold) => {
    const layers = learnLayers(dense.filter(({ sentence }) => foldOf(sentence) !== fold));
    const model = new CompletenessModel({ ...EMPTY, words: [], wordsBias: 0, known: [], ...layers });
    return dense
      .filter(({ sentence }) => foldOf(sentence) === fold)
      .map(({ features, isDone }) => ({
        ...{ isDone, kind: kindOf(features) },
        probability: model.probabilityOf(features),
      }));
  });
  report('all', judged);
  const of = (kind: keyof Ranks) => judged.filter((one) => one.kind === kind);
  for (const kind of ['known', 'unknown', 'short'] as const) report(kind, of(kind));
  const { words, wordsBias, known } = wordsOnly(texts);
  const { hidden, hiddenBias, out, outBias } = learnLayers(dense);
  return {
    ...{ words: rounded(words), wordsBias, known },
    ...{ hidden: hidden.map(rounded), hiddenBias: rounded(hiddenBias), out: rounded(out), outBias },
    ranks: { known: ranksOf(of('known')), unknown: ranksOf(of('unknown')), short: ranksOf(of('short')) },
  };
}

function wordsOnly(examples: readonly TextExample[]): Weights {
  const { words, bias } = learnWords(examples, { buckets: BUCKETS });
  const known = new Set(examples.flatMap(({ text }) => wordsOf(text).map(knownBucket)));
  return { ...EMPTY, words, wordsBias: bias, known: [...known].sort((a, b) => a - b) };
}

function ranksOf(all: readonly Judged[]): number[] {
  const done = all
    .filter(({ isDone }) => isDone)
    .map(({ probability }) => probability)
    .sort((a, b) => a - b);
  const at = (step: number) => done[Math.round((step / STEPS) * (done.length - 1))] ?? 0.5;
  return rounded(Array.from({ length: STEPS + 1 }, (_, step) => at(step)));
}

const rounded = (values: readonly number[]) => values.map((value) => Math.round(value * 1000) / 1000);

/** The area under the curve, and which share of pauses seems as finished as so many of the ends do. */
function report(who: string, all: readonly Judged[]): void {
  const [done, open] = [all.filter(({ isDone }) => isDone), all.filter(({ isDone }) => !isDone)];
  const pairs = done.reduce(
    (sum, one) => sum + open.filter(({ probability }) => probability < one.probability).length,
    0,
  );
  const ranks = ranksOf(all);
  const passes = [0.5, 0.8, 0.95].map((share) => {
    const bar = ranks[Math.round((1 - share) * STEPS)] ?? 0;
    const passing = open.filter(({ probability }) => probability >= bar).length;
    return `${share}: ${(passing / open.length).toFixed(3)}`;
  });
  console.log(
    `${who}: ${all.length} of sentences not learned from, AUC ${(pairs / (done.length * open.length)).toFixed(4)}; ` +
      `pauses that pass where so many ends do: ${passes.join(', ')}`,
  );
}
