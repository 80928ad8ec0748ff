import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../src/errors.ts';
import { type Half, halfOfSentence } from './split.ts';

export const LANGUAGES = ['en', 'ms', 'mixed', 'es', 'it'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A sentence with slots, of which many are made. */
export interface Template {
  readonly language: Language;
  readonly category: string;
  /** Pieces between which a caller may pause; slots as `{a|b}`, `(uh)` is spoken and not written. */
  readonly pieces: readonly string[];
  readonly half: Half;
}

const CATEGORIES =
  'question request statement opening digits spelled hesitation correction list short thinking'.split(' ');

/** All templates of all languages. @throws AppError that names a line that is none. */
export async function readTemplates(): Promise<Template[]> {
  const all = await Promise.all(['en', 'ms', 'mixed', 'es'].map((one) => readLanguage(one as Language)));
  const fresh = await readFresh();
  return [...all.flat(), ...fresh.filter(({ category }) => category !== 'answer')];
}

async function readLanguage(language: Language): Promise<Template[]> {
  const path = fileURLToPath(new URL(`sentences/${language}.txt`, import.meta.url));
  const rows = (await readFile(path, 'utf8')).split('\n');
  return rows.flatMap((row, index) => {
    if (!row.trim() || row.startsWith('#')) return [];
    const [, category = '', text = ''] = /^(\w+) \| (.+)$/.exec(row) ?? [];
    if (!CATEGORIES.includes(category))
      throw new AppError(`${path}:${index + 1}: «${row}» has no category`, { hint: CATEGORIES.join(', ') });
    const pieces = text.split(' / ').map((piece) => piece.trim());
    return [{ language, category, pieces, half: halfOfSentence(language, text) }];
  });
}

/** More sentences to learn words from, that are in no comparison. */
export const readMore = () => readLines('more.txt');

/** What callers answer, short, or not as short as it sounds at first. */
export async function readAnswers(): Promise<Template[]> {
  const answers = await readLines('answers.txt');
  const fresh = await readFresh();
  return [
    ...answers.map(({ language, pieces }) => ({
      ...{ language, pieces, category: 'answer' },
      half: halfOfSentence(language, pieces.join(' / ')),
    })),
    ...fresh.filter(({ category }) => category === 'answer'),
  ];
}

/** Those of the second round; Italian is in it only. */
async function readFresh(): Promise<Template[]> {
  const rows = await readLines('fresh.txt');
  return rows.map(({ language, pieces: [first = '', ...others] }) => {
    const [category = '', text = ''] = first.split(' | ');
    return { language, category, pieces: [text, ...others], half: 'fresh' };
  });
}

/** «language | sentence» in each line. */
async function readLines(name: string): Promise<Pick<Template, 'language' | 'pieces'>[]> {
  const path = fileURLToPath(new URL(`sentences/${name}`, import.meta.url));
  const rows = (await readFile(path, 'utf8')).split('\n').filter((row) => row && !row.startsWith('#'));
  return rows.map((row) => {
    const [name = '', ...rest] = row.split(' | ');
    const text = rest.join(' | ');
    const language = LANGUAGES.find((one) => one === name);
    if (!language || !text)
      throw new AppError(`${path}: «${row}» names no language`, { hint: LANGUAGES.join(', ') });
    return { language, pieces: text.split(' / ') };
  });
}

/** The template with each slot filled by one of its words. @param random - 0 to before 1. */
export function filled(pieces: readonly string[], random: () => number): string[] {
  return pieces.map((piece) =>
    piece.replace(/\{([^}]*)\}/g, (_, slot: string) => {
      const words = slot.split('|');
      return words[Math.floor(random() * words.length)] ?? '';
    }),
  );
}
