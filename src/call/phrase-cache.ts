import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SharedFolder } from './shared-folder.ts';

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
  readonly #voice: readonly unknown[];
  readonly #folder: SharedFolder;
  /** Read beforehand: when one is wanted, it is wanted at once. */
  readonly #early: Map<string, Promise<Int16Array | undefined>>;

  constructor({ folder, voice, phrases }: PhraseCacheOptions) {
    this.#voice = voice;
    this.#folder = new SharedFolder(folder);
    this.#early = new Map(phrases.map((text) => [text, this.#load(text)]));
  }

  async read(text: string): Promise<Int16Array | undefined> {
    if (!this.#early.has(text)) return undefined;
    return (await this.#early.get(text)) ?? this.#load(text);
  }

  async write(text: string, samples: Int16Array): Promise<void> {
    if (!this.#early.has(text) || samples.length === 0) return;
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    await this.#folder.write(this.#fileOf(text), bytes);
  }

  async #load(text: string): Promise<Int16Array | undefined> {
    const bytes = await this.#folder.read(this.#fileOf(text));
    return bytes && new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  }

  #fileOf(text: string): string {
    const key = JSON.stringify([this.#voice, text]);
    return `${createHash('sha256').update(key).digest('hex')}.pcm`;
  }
}
