import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the call processes of a worker keep the sound of fixed phrases; the worker removes it. */
export function phraseFolder(workerPid: number): string {
  return join(tmpdir(), `voice-agent-${workerPid}-phrases`);
}

export interface PhraseCacheOptions {
  folder: string;
  /** What else than the text decides how it sounds: server, model, voice … */
  voice: readonly unknown[];
  /** The texts that are kept. What was made for one caller, their name in it, never is. */
  phrases: readonly string[];
}

/** The sound of fixed phrases (mono, 16-bit, 24 kHz), shared by the calls of one worker. Failures only cost time. */
export class PhraseCache {
  readonly #options: PhraseCacheOptions;
  /** Read beforehand: when one is wanted, it is wanted at once. */
  readonly #early: Map<string, Promise<Int16Array | undefined>>;

  constructor(options: PhraseCacheOptions) {
    this.#options = options;
    this.#early = new Map(options.phrases.map((text) => [text, this.#load(text)]));
  }

  async read(text: string): Promise<Int16Array | undefined> {
    if (!this.#early.has(text)) return undefined;
    return (await this.#early.get(text)) ?? this.#load(text);
  }

  async #load(text: string): Promise<Int16Array | undefined> {
    try {
      if (!(await this.#isOurs())) return undefined;
      const bytes = await readFile(this.#fileOf(text));
      return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    } catch {
      return undefined;
    }
  }

  async write(text: string, samples: Int16Array): Promise<void> {
    if (!this.#early.has(text) || samples.length === 0) return;
    try {
      await mkdir(this.#options.folder, { mode: 0o700, recursive: true });
      if (!(await this.#isOurs())) return;
      // Whole or not at all: another call may be reading.
      const part = `${this.#fileOf(text)}.${process.pid}`;
      await writeFile(part, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
      await rename(part, this.#fileOf(text));
    } catch {
      // The next call asks the voice again.
    }
  }

  #fileOf(text: string): string {
    const key = JSON.stringify([this.#options.voice, text]);
    return join(this.#options.folder, `${createHash('sha256').update(key).digest('hex')}.pcm`);
  }

  /** Everybody may make folders beside it. */
  async #isOurs(): Promise<boolean> {
    const found = await lstat(this.#options.folder);
    return found.isDirectory() && found.uid === process.getuid?.();
  }
}
