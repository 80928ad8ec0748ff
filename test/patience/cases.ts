import { randomFrom } from '../../src/bench/stats.ts';
import { CONDITIONS, type Condition } from './conditions.ts';
import type { Prompt } from './recordings.ts';
import { filled, LANGUAGES, type Language, readTemplates, type Template } from './sentences.ts';
import { HALVES, type Half, halfOfVoice, shareOf } from './split.ts';
import { NUMERALS_SHARE, PLAIN_SHARE } from './transcript.ts';
import { VOICES } from './voices.ts';

/** An utterance to be made: what is said how, and where the caller pauses. */
export interface Case {
  readonly id: string;
  readonly half: Half;
  readonly engine: string;
  readonly voice: string;
  readonly language: string;
  readonly category: string;
  readonly condition: Condition;
  /** 0 without a pause; the longest of several. */
  readonly pauseMs: number;
  /** Of one with several, each of them. */
  readonly pausesMs?: readonly number[];
  /** Which sentence it is made of; several cases of one are not independent. */
  readonly sentence: string;
  readonly speed: number;
  /** Before, between and after the pauses; one without. */
  readonly phrases: readonly Phrase[];
  readonly punctuates: boolean;
  readonly numerals: boolean;
  /** For the sound and the transcripts. */
  readonly seed: number;
}

export interface Phrase {
  /** As it is meant: hesitations are not written. */
  readonly written: string;
  /** For the voice; its last mark decides on the contour. */
  readonly spoken: string;
  readonly prompt?: Prompt;
}

export const PAUSE_MS = { least: 200, most: 1500 };
/** How many of each language of a half are made: with a pause, without. */
const COUNTS: Readonly<Record<Half, Partial<Record<Language, readonly [number, number]>>>> = {
  tune: { en: [240, 120], ms: [130, 65], mixed: [60, 30] },
  held: { en: [180, 90], ms: [100, 50], mixed: [60, 30], es: [90, 45] },
  fresh: { en: [140, 70], ms: [80, 40], mixed: [50, 25], it: [50, 25] },
};

/** Everything that voices are to say. Always the same for the same seed. */
export async function spokenCases(seed: number): Promise<Case[]> {
  const templates = await readTemplates();
  return HALVES.flatMap((half) =>
    LANGUAGES.flatMap((language) => {
      const own = templates.filter((one) => one.language === language && one.half === half);
      const [paused, whole] = COUNTS[half][language] ?? [0, 0];
      const random = randomFrom(seed + Math.floor(shareOf(`${half} ${language}`) * 1e6));
      const withPause = shuffled(
        own.filter(({ pieces }) => pieces.length > 1),
        random,
      );
      const make = (from: readonly Template[], count: number, isPaused: boolean) =>
        Array.from({ length: count }, (_, index) => {
          const template = from[index % from.length];
          if (!template) throw new Error(`no sentence of ${language} to ${half}`);
          return caseOf(
            template,
            `${half}-${language}-${isPaused ? 'pause' : 'whole'}-${index}`,
            isPaused,
            random,
          );
        });
      return [...make(withPause, paused, true), ...make(shuffled(own, random), whole, false)];
    }),
  );
}

function caseOf(template: Template, id: string, isPaused: boolean, random: () => number): Case {
  const { language, category, half } = template;
  const pieces = filled(template.pieces, random);
  const at = isPaused ? 1 + Math.floor(random() * (pieces.length - 1)) : pieces.length;
  const texts = [pieces.slice(0, at).join(' '), pieces.slice(at).join(' ')].filter(Boolean);
  const voices = VOICES.filter(
    ({ engine, name, languages }) => languages.includes(language) && halfOfVoice(engine, name) === half,
  );
  const { engine, name: voice } = pick(voices, random);
  const [last = '.'] = /[.?!]$/.exec(texts.at(-1) ?? '') ?? [];
  const sameMark = random() < 0.5;
  return {
    ...{ id, half, engine, voice, language, category },
    sentence: `${language} ${template.pieces.join(' / ')}`,
    ...drawn(isPaused, random),
    speed: 0.85 + 0.4 * random(),
    phrases: texts.map((text, index) => ({
      written: text.replace(/\s*\(\w+\)/g, '').trim(),
      spoken: spokenAs(text, index < texts.length - 1, sameMark ? last : undefined),
    })),
  };
}

export const drawn = (isPaused: boolean, random: () => number) => ({
  condition: random() < 0.25 ? ('clean' as const) : pick(CONDITIONS, random),
  pauseMs: isPaused ? Math.round(PAUSE_MS.least + random() * (PAUSE_MS.most - PAUSE_MS.least)) : 0,
  punctuates: random() >= PLAIN_SHARE,
  numerals: random() < NUMERALS_SHARE,
  seed: Math.floor(random() * 2 ** 31),
});

/** @param mark - ends it, whatever the text ends with. */
export function spokenAs(text: string, goesOn: boolean, mark: string | undefined): string {
  const said = text.replace(/\((\w+)\)/g, '$1,').replace(/,+\s*,/g, ',');
  if (!goesOn) return said;
  const bare = said.replace(/[.?!,]+$/, '');
  return mark ? `${bare}${mark}` : /[.?!,]$/.test(said) ? said : `${bare},`;
}

/** Cases for one speaker: whole prompts, prompts with a longer silence inside, and two with a pause between. */
const A_SPEAKER: Readonly<Record<Half, { inside: number; joined: number; whole: number }>> = {
  tune: { inside: 60, joined: 15, whole: 40 },
  held: { inside: 18, joined: 5, whole: 12 },
  fresh: { inside: 6, joined: 2, whole: 3 },
};

/**
 * What recorded people say, as utterances. `inside`: the pause is put where they pause.
 *
 * @param only - the half of all of them, whoever speaks.
 */
export function recordedCases(prompts: readonly Prompt[], seed: number, only?: Half): Case[] {
  const speakers = new Set(
    prompts.map(({ engine, speaker, language }) => `${engine} ${speaker} ${language}`),
  );
  return [...speakers].flatMap((key) => {
    const [engine = '', voice = '', language = ''] = key.split(' ');
    const half = only ?? halfOfVoice(engine, voice);
    const own = prompts.filter(
      (one) => one.speaker === voice && one.language === language && isSentence(one),
    );
    const random = randomFrom(seed + Math.floor(shareOf(key) * 1e6));
    const some = shuffled(own, random);
    const make = (category: string, index: number, chosen: readonly Prompt[]): Case => ({
      ...{ id: `${half}-${voice}-${language}-${category}-${index}`, half, engine, voice, language, category },
      sentence: chosen.map(({ id }) => `${language} ${id}`).join(' / '),
      ...drawn(category !== 'whole', random),
      speed: 1,
      phrases: chosen.map((prompt) => ({ written: prompt.text, spoken: prompt.text, prompt })),
    });
    const { inside, joined, whole } = A_SPEAKER[half];
    return [
      ...some.slice(0, whole).map((prompt, index) => make('whole', index, [prompt])),
      ...some
        .slice(whole)
        .filter(({ text }) => text.split(' ').length >= 6)
        .slice(0, inside)
        .map((prompt, index) => make('inside', index, [prompt])),
      ...some.slice(-2 * joined).flatMap((prompt, index, all) => {
        const next = all[index + 1];
        return index % 2 === 0 && next ? [make('joined', index, [prompt, next])] : [];
      }),
    ];
  });
}

/** Whole sentences, neither words to be put together nor lectures. */
export const isSentence = ({ text, engine }: Prompt): boolean => {
  const words = text.split(/\s+/).length;
  const isWhole = !/^(\.\.\.|…)|(\.\.\.|…)$|[<[]/.test(text) && (engine === 'fillets' || /[.?!]$/.test(text));
  return isWhole && words >= 3 && words <= 25;
};

export function pick<T>(from: readonly T[], random: () => number): T {
  const one = from[Math.floor(random() * from.length)];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
}

export function shuffled<T>(all: readonly T[], random: () => number): T[] {
  return all
    .map((one) => ({ one, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}
