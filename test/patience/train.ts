/**
 * Learns the judge of `src/stages/turn/completeness` from the half to tune on, and writes its weights: some minutes.
 *
 *     npx tsx test/patience/train.ts
 *
 * Words: each sentence to tune on, transcribed with mistakes, cut at every word (goes on), at its pauses (goes on) and at
 * its end. Sound and words together: what the judge would be asked at each pause and end of the utterances to tune on,
 * the words scored by a model that did not learn from that sentence. Nothing of the half that is held out is read.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { initializeLogger } from '@livekit/agents';
import { randomFrom } from '../../src/bench/stats.ts';
import { cacheDir } from '../../src/dev/livekit-binary.ts';
import { CompletenessModel, type Weights } from '../../src/stages/turn/completeness/model.ts';
import { BUCKETS, bucketsOf, knownBucket } from '../../src/stages/turn/completeness/word-features.ts';
import { wordsOf } from '../../src/stages/turn/words.ts';
import { asked } from './asked.ts';
import { hearHalf, otherWords } from './corpus.ts';
import { learnLayers, learnWords, type WordExample } from './learn.ts';
import { filled, readMore, readTemplates } from './sentences.ts';
import { shareOf } from './split.ts';
import { transcribed } from './transcript.ts';

interface Judged {
  isDone: boolean;
  probability: number;
}

const SEED = 16;
const FOLDS = 5;
/** Renderings of each sentence, as text. */
const TEXTS = 6;
/** A cut in the middle of a phrase is one of many, and seldom where callers pause. */
const CUT_WEIGHT = 0.12;
/** Above the first bar more than half of those who are done are answered at once; below the second, few wait longest. */
const SURELY_SHARE = 0.58;
const NOT_SHARE = 0.05;
const OUT = fileURLToPath(new URL('../../src/stages/turn/completeness/weights.json', import.meta.url));

initializeLogger({ pretty: false, level: 'silent' });
const startedAt = Date.now();
const dir = join(cacheDir(), 'patience');
const tune = await hearHalf({ seed: SEED, half: 'tune', dir, say: (line) => console.error(line) });
const questions = (await Promise.all(tune.map((one) => asked(one, otherWords(tune, one.one))))).flat();
const texts = await textExamples();
const foldOf = (sentence: string) => Math.floor(shareOf(`fold ${sentence}`) * FOLDS);

const wordsOnly = (examples: readonly (WordExample & { text: string })[]): Weights => {
  const { words, bias } = learnWords(examples, { buckets: BUCKETS });
  const known = new Set(examples.flatMap(({ text }) => wordsOf(text).map(knownBucket)));
  return { ...EMPTY, words, wordsBias: bias, known: [...known].sort((a, b) => a - b) };
};
const EMPTY = { hidden: [], hiddenBias: [], out: [], outBias: 0 };

const dense = Array.from({ length: FOLDS }, (_, fold) => {
  const model = new CompletenessModel(wordsOnly(texts.filter((one) => foldOf(one.sentence) !== fold)));
  return questions
    .filter(({ sentence }) => foldOf(sentence) === fold)
    .map(({ text, prosody, isDone, sentence }) => ({
      ...{ sentence, text, isDone, weight: isDone ? doneWeight(text) : 1 },
      features: model.featuresOf(text, prosody),
    }));
}).flat();
const rounded = (values: readonly number[]) => values.map((value) => Math.round(value * 1000) / 1000);

// How well it judges sentences that it did not learn from, and where the bars go.
const judged = Array.from({ length: FOLDS }, (_, fold) => {
  const layers = learnLayers(dense.filter(({ sentence }) => foldOf(sentence) !== fold));
  const model = new CompletenessModel({ ...EMPTY, words: [], wordsBias: 0, known: [], ...layers });
  return dense
    .filter(({ sentence }) => foldOf(sentence) === fold)
    .map(({ features, isDone }) => ({ isDone, probability: model.probabilityOf(features) }));
}).flat();
report(judged);

const words = wordsOnly(texts);
const layers = learnLayers(dense);
const weights = {
  words: rounded(words.words),
  wordsBias: words.wordsBias,
  known: words.known,
  hidden: layers.hidden.map(rounded),
  hiddenBias: rounded(layers.hiddenBias),
  out: rounded(layers.out),
  outBias: layers.outBias,
  ...bars(judged),
};
const text = JSON.stringify(weights);
await writeFile(OUT, `${text}\n`);
console.log(`${questions.length} questions, ${texts.length} texts; ${text.length} bytes of weights`);
console.log(`surely from ${weights.surelyFrom}, perhaps from ${weights.perhapsFrom}`);
console.log(`after ${Math.round((Date.now() - startedAt) / 1000)} s`);
process.exit(0);

/** Most turns of a real call are short answers; of the sentences here few are. */
function doneWeight(text: string): number {
  return wordsOf(text).length <= 3 ? 4 : 1;
}

async function textExamples(): Promise<(WordExample & { text: string; sentence: string })[]> {
  const own = (await readTemplates()).filter(({ half }) => half === 'tune');
  const templates = [...own, ...(await readMore())];
  const random = randomFrom(SEED);
  return templates.flatMap(({ language, pieces }) => {
    const sentence = `${language} ${pieces.join(' / ')}`;
    const others = otherWords(tune, { language });
    return Array.from({ length: TEXTS }, () => {
      const said = filled(pieces, random).map((piece) =>
        piece
          .replace(/\s*\(\w+\)/g, '')
          .trim()
          .split(/\s+/)
          .filter(Boolean),
      );
      const all = said.flat();
      const pauses = new Set(said.map((_, at) => said.slice(0, at + 1).flat().length));
      const style = { punctuates: random() > 0.3, numerals: random() > 0.4 };
      return all.map((_, at) => {
        const text = transcribed(all.slice(0, at + 1), others, { ...style, seed: () => random });
        const isDone = at === all.length - 1;
        const weight = isDone ? doneWeight(text) : pauses.has(at + 1) ? 1 : CUT_WEIGHT;
        return { text, sentence, buckets: bucketsOf(text), isDone, weight };
      });
    }).flat();
  });
}

function bars(all: readonly Judged[]) {
  const done = all.filter(({ isDone }) => isDone).map(({ probability }) => probability);
  const at = (share: number) => done.toSorted((a, b) => a - b)[Math.floor(share * (done.length - 1))] ?? 0.5;
  const rounded = (value: number) => Math.round(value * 1000) / 1000;
  return { surelyFrom: rounded(at(1 - SURELY_SHARE)), perhapsFrom: rounded(at(NOT_SHARE)) };
}

function report(all: readonly Judged[]): void {
  const [done, open] = [all.filter(({ isDone }) => isDone), all.filter(({ isDone }) => !isDone)];
  const pairs = done.reduce(
    (sum, one) => sum + open.filter(({ probability }) => probability < one.probability).length,
    0,
  );
  console.log(`sentences not learned from: AUC ${(pairs / (done.length * open.length)).toFixed(4)}`);
  const { surelyFrom, perhapsFrom } = bars(all);
  const share = (some: readonly Judged[], from: number) =>
    (some.filter(({ probability }) => probability >= from).length / some.length).toFixed(3);
  console.log(`surely: of ends ${share(done, surelyFrom)}, of pauses ${share(open, surelyFrom)}`);
  console.log(
    `perhaps or surely: of ends ${share(done, perhapsFrom)}, of pauses ${share(open, perhapsFrom)}`,
  );
}
