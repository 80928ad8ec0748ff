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
import { bucketsOf } from '../../src/stages/turn/completeness/word-features.ts';
import { asked } from './asked.ts';
import { hearSide, otherWords } from './corpus.ts';
import { doneWeight, learnFrom, type TextExample } from './learned.ts';
import { filled, readAnswers, readMore, readTemplates } from './sentences.ts';
import { sideOf } from './split.ts';
import { transcribed } from './transcript.ts';

const SEED = 16;
/** Renderings of each sentence, as text. */
const TEXTS = 6;
/** A cut in the middle of a phrase is one of many, and seldom where callers pause. */
const CUT_WEIGHT = 0.12;
const OUT = fileURLToPath(new URL('../../src/stages/turn/completeness/weights.json', import.meta.url));

initializeLogger({ pretty: false, level: 'silent' });
const startedAt = Date.now();
const dir = join(cacheDir(), 'patience');
const tune = await hearSide({ seed: SEED, side: 'tune', dir, say: (line) => console.error(line) });
const questions = (await Promise.all(tune.map((one) => asked(one, otherWords(tune, one.one))))).flat();
const texts = await textExamples();
const text = JSON.stringify(learnFrom(questions, texts));
await writeFile(OUT, `${text}\n`);
console.log(`${questions.length} questions, ${texts.length} texts; ${text.length} bytes of weights`);
console.log(`after ${Math.round((Date.now() - startedAt) / 1000)} s`);
process.exit(0);

async function textExamples(): Promise<TextExample[]> {
  const own = [...(await readTemplates()), ...(await readAnswers())].filter(
    ({ half }) => sideOf(half) === 'tune',
  );
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
