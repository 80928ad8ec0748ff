import { randomFrom } from '../../src/bench/stats.ts';
import { type Case, drawn, isSentence, PAUSE_MS, pick, shuffled, spokenAs } from './cases.ts';
import type { Prompt } from './recordings.ts';
import { filled, LANGUAGES, type Language, readAnswers, readTemplates, type Template } from './sentences.ts';
import { HALVES, type Half, halfOfVoice, shareOf } from './split.ts';
import { VOICES } from './voices.ts';

/** How many of each language of a half are made: with two or three pauses, of the same sentences without; answers. */
const COUNTS: Readonly<Record<Half, Partial<Record<Language, readonly [number, number, number]>>>> = {
  tune: { en: [120, 40, 90], ms: [60, 20, 60], mixed: [30, 10, 30] },
  held: { en: [80, 30, 60], ms: [40, 15, 40], mixed: [20, 8, 20], es: [40, 15, 40] },
  fresh: { en: [30, 10, 30], ms: [20, 6, 20], mixed: [10, 4, 10], it: [15, 5, 15] },
};
const AN_OPENING = new Set(['opening', 'statement']);
const WHAT_FOLLOWS = new Set([
  'question',
  'request',
  'statement',
  'digits',
  'correction',
  'list',
  'thinking',
]);
/** Of recorded people: three prompts with two pauses between. */
const IN_THREE: Readonly<Record<Half, number>> = { tune: 15, held: 6, fresh: 2 };

/** Two sentences in one turn, with two or three pauses: that somebody paused before does not say that they are done. */
export async function severalPauses(seed: number): Promise<Case[]> {
  const templates = await readTemplates();
  return eachLanguage(seed, 'several', (half, language, random) => {
    const [paused, whole] = COUNTS[half][language] ?? [0, 0];
    const own = shuffled(
      templates.filter((one) => one.language === language && one.half === half && one.pieces.length > 1),
      random,
    );
    const openings = own.filter(({ category }) => AN_OPENING.has(category));
    const others = own.filter(({ category }) => WHAT_FOLLOWS.has(category));
    return Array.from({ length: paused + whole }, (_, index) => {
      const [opening, next] = [openings[index % openings.length], others[index % others.length]];
      if (!opening || !next) throw new Error(`no sentences of ${language} to ${half}`);
      // An opening by itself, or all of its sentence.
      const first =
        opening.category === 'opening' && random() < 0.6 ? opening.pieces.slice(0, 1) : opening.pieces;
      const pieces = [...filled(first, random), ...filled(next.pieces, random)];
      const isPaused = index < paused;
      const category = isPaused ? 'several' : 'two';
      const at = breaks(pieces.length, isPaused ? Math.min(3, pieces.length - 1) : 0, random);
      const sentence = `${language} ${next.pieces.join(' / ')}`;
      return caseOf(
        { half, language, category, sentence, id: `${half}-${language}-${category}-${index}` },
        pieces,
        at,
        random,
      );
    });
  });
}

/** Answers to what an agent asked, a third of those that can with one pause or two. */
export async function answeringCases(seed: number): Promise<Case[]> {
  const templates = await readAnswers();
  return eachLanguage(seed, 'answers', (half, language, random) => {
    const [, , count] = COUNTS[half][language] ?? [0, 0, 0];
    const own = shuffled(
      templates.filter((one) => one.language === language && one.half === half),
      random,
    );
    return Array.from({ length: own.length === 0 ? 0 : count }, (_, index) => {
      const { pieces, category } = own[index % own.length] as Template;
      const said = filled(pieces, random);
      const at = breaks(said.length, random() < 0.25 ? 0 : said.length - 1, random);
      const sentence = `${language} ${pieces.join(' / ')}`;
      return caseOf(
        { half, language, category, sentence, id: `${half}-${language}-answer-${index}` },
        said,
        at,
        random,
      );
    });
  });
}

/** Three prompts of a recorded person, with two pauses. */
export function recordedInThree(prompts: readonly Prompt[], seed: number, only?: Half): Case[] {
  const speakers = new Set(
    prompts.map(({ engine, speaker, language }) => `${engine} ${speaker} ${language}`),
  );
  return [...speakers].flatMap((key) => {
    const [engine = '', voice = '', language = ''] = key.split(' ');
    const half = only ?? halfOfVoice(engine, voice);
    const random = randomFrom(seed + Math.floor(shareOf(`three ${key}`) * 1e6));
    const own = shuffled(
      prompts.filter((one) => one.speaker === voice && one.language === language && isSentence(one)),
      random,
    );
    const count = Math.min(IN_THREE[half], Math.floor(own.length / 3));
    return Array.from({ length: count }, (_, index) => {
      const three = own.slice(3 * index, 3 * index + 3);
      const pausesMs = [pauseOf(random), pauseOf(random)];
      return {
        ...{
          id: `${half}-${voice}-${language}-three-${index}`,
          half,
          engine,
          voice,
          language,
          category: 'three',
        },
        sentence: three.map(({ id }) => `${language} ${id}`).join(' / '),
        ...drawn(true, random),
        ...{ pausesMs, pauseMs: Math.max(...pausesMs), speed: 1 },
        phrases: three.map((prompt) => ({ written: prompt.text, spoken: prompt.text, prompt })),
      };
    });
  });
}

type Known = Pick<Case, 'id' | 'half' | 'category' | 'sentence'> & { language: Language };

function caseOf(known: Known, pieces: readonly string[], at: readonly number[], random: () => number): Case {
  const voices = VOICES.filter(
    ({ engine, name, languages }) =>
      languages.includes(known.language) && halfOfVoice(engine, name) === known.half,
  );
  const { engine, name: voice } = pick(voices, random);
  const texts = [0, ...at].map((from, index) => pieces.slice(from, at[index]).join(' '));
  const [last = '.'] = /[.?!]$/.exec(texts.at(-1) ?? '') ?? [];
  const sameMark = random() < 0.5;
  const pausesMs = at.map(() => pauseOf(random));
  return {
    ...known,
    ...{ engine, voice },
    ...drawn(at.length > 0, random),
    pauseMs: Math.max(0, ...pausesMs),
    ...(pausesMs.length > 1 && { pausesMs }),
    speed: 0.85 + 0.4 * random(),
    phrases: texts.map((text, index) => ({
      written: text.replace(/\s*\(\w+\)/g, '').trim(),
      spoken: spokenAs(text, index < texts.length - 1, sameMark ? last : undefined),
    })),
  };
}

/** So many of the places between pieces, in order. */
function breaks(pieces: number, count: number, random: () => number): number[] {
  const all = Array.from({ length: pieces - 1 }, (_, index) => index + 1);
  return shuffled(all, random)
    .slice(0, count)
    .sort((a, b) => a - b);
}

const pauseOf = (random: () => number): number =>
  Math.round(PAUSE_MS.least + random() * (PAUSE_MS.most - PAUSE_MS.least));

function eachLanguage(
  seed: number,
  name: string,
  make: (half: Half, language: Language, random: () => number) => Case[],
): Case[] {
  return HALVES.flatMap((half) =>
    LANGUAGES.flatMap((language) =>
      make(half, language, randomFrom(seed + Math.floor(shareOf(`${name} ${half} ${language}`) * 1e6))),
    ),
  );
}
