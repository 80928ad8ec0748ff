import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { AppError, messageOf } from '../../../errors.ts';
import { takeLock } from './lock.ts';

/** What is known of one number of a list. */
export interface Attempts {
  /** How often it was dialled. */
  count: number;
  /** Of the last attempt; `unknown`: the program ended before it was told. */
  result: string;
  sipCode?: number | undefined;
  /** Milliseconds since the epoch. */
  atMs: number;
}

interface Line {
  key: string;
  atMs: number;
  /** `dialling` before it is dialled; then how that ended, `not-dialled` where it came to nothing before. */
  state: string;
  sipCode?: number | undefined;
}

/**
 * What a run of a list did, so that another goes on where it ended, whatever ended it. A file to which lines of JSON are added,
 * each on the disk (fsync) before the next thing happens: «dialling» before a number is dialled, the result after. A number whose
 * last word is «dialling» may have rung and is not dialled again. SQLite would do no more than that here, and is a native module;
 * appending one line is atomic enough, as a last line that is cut off is one that was not waited for. No number stands in it.
 */
export class Journal {
  readonly #file: FileHandle;
  readonly #unlock: () => Promise<void>;
  readonly #known: Map<string, Attempts>;

  private constructor(file: FileHandle, unlock: () => Promise<void>, known: Map<string, Attempts>) {
    this.#file = file;
    this.#unlock = unlock;
    this.#known = known;
  }

  /**
   * Opens the journal of a list for one run.
   *
   * @throws AppError while another run has it open, or where it cannot be read.
   */
  static async open(path: string): Promise<Journal> {
    const unlock = await takeLock(path);
    try {
      const text = await readFile(path, 'utf8').catch(missingAsEmpty);
      const known = attemptsIn(text, path);
      const file = await open(path, constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY, 0o600);
      // Of a line that was cut off nothing is kept, and the next one begins by itself.
      if (text !== '' && !text.endsWith('\n')) await file.write('\n');
      return new Journal(file, unlock, known);
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  attemptsOf(number: string): Attempts | undefined {
    return this.#known.get(keyOf(number));
  }

  /** On the disk when it resolves: only then may it be dialled. */
  dialling(number: string, atMs: number): Promise<void> {
    return this.#add({ key: keyOf(number), atMs, state: 'dialling' });
  }

  ended(number: string, atMs: number, result: string, sipCode?: number): Promise<void> {
    return this.#add({ key: keyOf(number), atMs, state: result, ...(sipCode !== undefined && { sipCode }) });
  }

  async close(): Promise<void> {
    await this.#file.close();
    await this.#unlock();
  }

  async #add(line: Line): Promise<void> {
    await this.#file.write(`${JSON.stringify(line)}\n`);
    await this.#file.datasync();
    note(this.#known, line);
  }
}

/** The same number in a list that was edited is the same. */
const keyOf = (number: string) => createHash('sha256').update(number).digest('base64url').slice(0, 22);

function note(known: Map<string, Attempts>, { key, atMs, state, sipCode }: Line): void {
  const step = state === 'dialling' ? 1 : state === 'not-dialled' ? -1 : 0;
  const count = (known.get(key)?.count ?? 0) + step;
  known.set(key, { count, result: state === 'dialling' ? 'unknown' : state, sipCode, atMs });
}

function attemptsIn(text: string, path: string): Map<string, Attempts> {
  const known = new Map<string, Attempts>();
  const lines = text.split('\n');
  for (const [index, one] of lines.entries()) {
    if (one === '') continue;
    const line = lineOf(one);
    if (line) note(known, line);
    else if (index < lines.length - 1 && lines.slice(index + 1).some((later) => later !== '') && !isCut(one))
      throw new AppError(`${path}:${index + 1}: this is no line of a journal`, {
        hint: 'give the list another journal, or remove the line',
      });
  }
  return known;
}

function lineOf(text: string): Line | undefined {
  try {
    const line = JSON.parse(text) as Partial<Line> | null;
    const isLine =
      typeof line?.key === 'string' && typeof line.atMs === 'number' && typeof line.state === 'string';
    return isLine ? (line as Line) : undefined;
  } catch {
    return undefined;
  }
}

/** A line of ours that the end of a program cut off. */
const isCut = (text: string) => text.startsWith('{"key":"') || '{"key":"'.startsWith(text);

function missingAsEmpty(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw new AppError(`the journal cannot be read: ${messageOf(error)}`, { cause: error });
}
