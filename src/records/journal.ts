import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isOfRecord, type RecordedEvent } from './call-record.ts';
import { readText } from './folder.ts';

export const JOURNAL = 'events.jsonl';

/** The events of a call that runs, on disk: a record can be made of them, whatever ends this process. */
export class Journal {
  readonly #folder: string;
  readonly #onError: (error: unknown) => void;
  #written: Promise<void>;

  /** @param onError - told once; nothing is written after it. */
  constructor(folder: string, onError: (error: unknown) => void) {
    this.#folder = folder;
    this.#onError = onError;
    this.#written = mkdir(folder, { recursive: true, mode: 0o700 }).then(() => {});
    this.#written.catch(onError);
  }

  add(event: RecordedEvent): void {
    const line = `${JSON.stringify(event)}\n`;
    const before = this.#written;
    this.#written = before.then(() => appendFile(join(this.#folder, JOURNAL), line, { mode: 0o600 }));
    // Failed before: told then.
    before.then(() => this.#written.catch(this.#onError)).catch(() => {});
  }

  /** Resolves when all of it is written, or that has failed. */
  async flushed(): Promise<void> {
    await this.#written.catch(() => {});
  }
}

/** The events in a call's folder; a last line that is torn is left out. */
export async function journalled(folder: string): Promise<RecordedEvent[]> {
  const text = (await readText(join(folder, JOURNAL))) ?? '';
  return text.split('\n').flatMap((line) => eventOf(line) ?? []);
}

function eventOf(line: string): RecordedEvent | undefined {
  try {
    const event = JSON.parse(line);
    return isOfRecord(event) ? event : undefined;
  } catch {
    return undefined;
  }
}
