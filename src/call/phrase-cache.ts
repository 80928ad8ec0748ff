import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serversOf } from '../config/models.ts';
import type { Config } from '../config/schema.ts';
import { type Clock, systemClock } from '../openai/clock.ts';
import type { Persona } from '../persona/store.ts';
import { SharedFolder } from './shared-folder.ts';

/** Where the processes of a worker keep what they have learned; the worker removes it. */
export function phraseFolder(workerPid: number): string {
  return join(tmpdir(), `voice-agent-${workerPid}-phrases`);
}

/**
 * Where the sound of fixed phrases is kept for the workers of this user, also for those to come.
 *
 * @param dir - `TTS_CACHE_DIR`; it may be another user's, as a volume is.
 */
export function soundFolder(dir: string = tmpdir()): string {
  return join(dir, `voice-agent-sounds-${process.getuid?.() ?? 0}`);
}

/** On disk: some 300 phrases of four seconds. */
const MOST_BYTES = 64 * 2 ** 20;
const DIGEST_BYTES = 32;

/** While the first voice does not speak, it is asked so often for one phrase that another has said. */
const REMAKE_AFTER_MS = 60_000;

/** In memory, about 480 KB for ten seconds of speech each; more are read from the folder again. */
const MOST_KEPT = 64;

type Samples = Int16Array | undefined;

/**
 * The sound of fixed phrases (mono, 16-bit, 24 kHz): in memory for the calls of this process, in a folder for all others, of
 * this worker and of those after it. A file holds the SHA-256 of the samples, then the samples: one that is torn or was
 * changed counts as not there. Failures only cost time.
 */
export class PhraseStore {
  readonly #folder: SharedFolder;
  /** The one used last stands last. */
  readonly #kept = new Map<string, Int16Array>();
  readonly #reading = new Map<string, Promise<Samples>>();
  readonly #making = new Set<string>();
  readonly #clock: Clock;
  /** When the first voice may be asked again for what another has said. */
  #remakeFromMs = 0;

  constructor(folder: string, clock: Clock = systemClock) {
    this.#folder = new SharedFolder(folder);
    this.#clock = clock;
  }

  /** Whether what another voice has said may be said anew, in the first one if that is back. */
  get mayRemake(): boolean {
    return this.#clock.now() >= this.#remakeFromMs;
  }

  /** It is not back. */
  waitToRemake(): void {
    this.#remakeFromMs = this.#clock.now() + REMAKE_AFTER_MS;
  }

  async read(key: string): Promise<Samples> {
    const kept = this.#kept.get(key);
    if (kept) return this.#keep(key, kept);
    const reading = this.#reading.get(key) ?? this.#load(key);
    this.#reading.set(key, reading);
    return reading.finally(() => this.#reading.delete(key));
  }

  /** Whether it is there, without having it in memory. */
  async has(key: string): Promise<boolean> {
    return this.#kept.has(key) || this.#folder.has(`${key}.pcm`);
  }

  async write(key: string, samples: Int16Array): Promise<void> {
    this.#keep(key, samples);
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    await this.#folder.write(`${key}.pcm`, Buffer.concat([digestOf(bytes), bytes]));
    await this.#folder.prune(MOST_BYTES);
  }

  /** @returns what ends the claim; `undefined` while another call of this process has it made. */
  claim(key: string): (() => void) | undefined {
    if (this.#making.has(key)) return undefined;
    this.#making.add(key);
    return () => this.#making.delete(key);
  }

  async #load(key: string): Promise<Samples> {
    const name = `${key}.pcm`;
    const bytes = await this.#folder.read(name);
    if (!bytes) return undefined;
    const sound = bytes.subarray(DIGEST_BYTES);
    if (sound.length === 0 || !digestOf(sound).equals(bytes.subarray(0, DIGEST_BYTES))) {
      await this.#folder.remove(name);
      return undefined;
    }
    await this.#folder.touch(name);
    const { buffer, byteOffset, byteLength } = sound;
    return this.#keep(key, new Int16Array(buffer.slice(byteOffset, byteOffset + byteLength)));
  }

  #keep(key: string, samples: Int16Array): Int16Array {
    this.#kept.delete(key);
    this.#kept.set(key, samples);
    const [oldest] = this.#kept.size > MOST_KEPT ? this.#kept.keys() : [];
    if (oldest !== undefined) this.#kept.delete(oldest);
    return samples;
  }
}

const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

export interface PhraseCacheOptions {
  store: PhraseStore;
  /** What else than the text decides how it sounds: server, model, voice … of each endpoint, in order of preference. */
  voices: readonly (readonly unknown[])[];
  /** The texts that are kept. What was made for one caller, their name in it, never is. */
  phrases: readonly string[];
  /** Texts with something of this caller in them: in memory, for this call. */
  own?: readonly string[];
  /** `false`: none is read until it is asked for. */
  isRead?: boolean;
}

/** The phrases of one call: each in the voice that said it, of those there are in the one that is preferred. */
export class PhraseCache {
  readonly #store: PhraseStore;
  readonly #voices: PhraseCacheOptions['voices'];
  readonly #phrases: ReadonlySet<string>;
  readonly #own: ReadonlyMap<string, { samples: Samples }>;

  constructor({ store, voices, phrases, own = [], isRead = true }: PhraseCacheOptions) {
    this.#store = store;
    this.#voices = voices;
    this.#phrases = new Set(phrases);
    this.#own = new Map(own.map((text) => [text, { samples: undefined }]));
    // Read beforehand: when one is wanted, it is wanted at once.
    if (isRead) for (const text of phrases) void this.read(text);
  }

  async read(text: string): Promise<Samples> {
    if (!this.#phrases.has(text)) return this.#own.get(text)?.samples;
    for (const key of this.#keysOf(text)) {
      const samples = await this.#store.read(key);
      if (samples) return samples;
    }
    return undefined;
  }

  /** @param voice - which of the voices said it. */
  async write(text: string, samples: Int16Array, voice = 0): Promise<void> {
    if (samples.length === 0) return;
    if (voice > 0) this.#store.waitToRemake();
    const own = this.#own.get(text);
    if (own) own.samples = samples;
    if (!this.#phrases.has(text)) return;
    const key = this.#keysOf(text)[voice];
    if (key !== undefined) await this.#store.write(key, samples);
  }

  /** Whether it is to be made: nobody has said it, or not the first voice, which may be back. */
  async isWanted(text: string): Promise<boolean> {
    if (!this.#phrases.has(text)) return this.#own.get(text)?.samples === undefined;
    const [first = '', ...others] = this.#keysOf(text);
    if (await this.#store.has(first)) return false;
    if (this.#store.mayRemake) return true;
    const isThere = await Promise.all(others.map((key) => this.#store.has(key)));
    return !isThere.includes(true);
  }

  /** @returns what ends the claim; `undefined` while another call of this process has the phrase made. */
  claim(text: string): (() => void) | undefined {
    return this.#store.claim(this.#keysOf(text).join());
  }

  /** Of its sound in each of the voices. */
  #keysOf(text: string): string[] {
    return this.#voices.map((voice) =>
      createHash('sha256')
        .update(JSON.stringify([voice, text]))
        .digest('hex'),
    );
  }
}

/** `undefined` where the configuration keeps no phrases. */
export function phraseCacheFor(
  config: Config,
  persona: Pick<Persona, 'voice' | 'extraBody'>,
  parts: Omit<PhraseCacheOptions, 'voices'>,
): PhraseCache | undefined {
  const { cache, format, speed } = config.tts;
  if (!cache) return undefined;
  const voices = serversOf(config, 'tts').map(({ baseUrl, model, voice, wire, extraBody }) => {
    const name = voice ?? persona.voice ?? config.tts.voice;
    return [baseUrl, model, wire, name, format, speed, extraBody, persona.extraBody?.tts];
  });
  return new PhraseCache({ ...parts, voices });
}
