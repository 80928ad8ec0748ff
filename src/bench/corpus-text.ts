import { readFile } from 'node:fs/promises';
import { AppError } from '../errors.ts';

export const SETS = ['latency', 'pause', 'bargein'] as const;
export type SetName = (typeof SETS)[number];

/** Words that are spoken in one go. */
export interface PhraseText {
  /** As the transcription model is to write them: lower case, no punctuation, no hesitations. */
  readonly words: readonly string[];
  /** As the voice is given them. */
  readonly spoken: string;
}

/** One sentence of a caller, as the text file has it. */
export interface Line {
  readonly id: string;
  readonly set: SetName;
  readonly voice: string;
  /** How far background noise is below the speech; `undefined` without noise. */
  readonly snrDb: number | undefined;
  /** One, or two with `pauseMs` between them. */
  readonly phrases: readonly PhraseText[];
  /** 0 without a pause. */
  readonly pauseMs: number;
  /** What stands before the pause could be all of it. */
  readonly looksComplete: boolean;
}

/** @throws AppError that names file and line of a fault. */
export async function readLines(path: string): Promise<Line[]> {
  const rows = (await readFile(path, 'utf8')).split('\n');
  return rows.flatMap((row, index) => {
    if (!row.trim() || row.startsWith('#')) return [];
    return [parseLine(row, `${path}:${index + 1}`, index + 1)];
  });
}

export function parseLine(row: string, where: string, number: number): Line {
  const [set = '', voice = '', noise = '', text = ''] = row.split('|').map((part) => part.trim());
  const fault = (what: string) =>
    new AppError(`${where}: ${what}`, { hint: 'set | voice | noise | text, with at most one <pause>' });
  const known = SETS.find((name) => name === set);
  if (!known) throw fault(`«${set}» is no set`);
  const [first = '', pause, second] = text.split(/<(\d+)>/);
  if (!first || (pause !== undefined && !second?.trim()) || text.split('<').length > 2)
    throw fault(`«${text}» cannot be split at its pause`);
  const parts = second === undefined ? [first] : [first, second];
  return {
    id: `${set}-${number}`,
    set: known,
    voice,
    snrDb: noise === '-' ? undefined : Number(noise),
    phrases: parts.map((part, index) => phraseOf(part.trim(), index < parts.length - 1)),
    pauseMs: Number(pause ?? 0),
    looksComplete: second !== undefined && /[.?!]$/.test(first.trim()),
  };
}

function phraseOf(text: string, goesOn: boolean): PhraseText {
  const unmarked = text.replace(/\((\w+)\)/g, '$1,').replace(/\d+/g, (digits) => [...digits].join(' '));
  return {
    words: wordsOf(text.replace(/\(\w+\)/g, '')),
    spoken: /[.?!,]$/.test(unmarked) || !goesOn ? unmarked : `${unmarked},`,
  };
}

/** A sentence without a pause, by its first and last word: as it stands in the file, in digits spoken one by one. */
export function wholeSentence({ phrases }: Pick<Line, 'phrases'>): Record<string, string> {
  const [phrase] = phrases;
  if (!phrase || phrases.length > 1) return {};
  return { [`${phrase.words[0]} ${phrase.words.at(-1)}`]: phrase.spoken };
}

/** Lower case, without punctuation. */
export function wordsOf(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}'\s]/gu, ' ')
      .match(/\S+/g) ?? []
  );
}
