import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { resample } from '../../openai/resample.ts';
import type { Audio } from '../audio.ts';
import { readCt2 } from './ct2.ts';
import { HOP, SAMPLE_RATE, WINDOW } from './mel.ts';
import { decoderNetwork, encoderNetwork, HEAD, type Sizes, sizesOf } from './network.ts';
import { type Config, createVocabulary, type Vocabulary } from './vocabulary.ts';

type Runtime = typeof import('onnxruntime-node');
type Feeds = Record<string, Tensor>;

/** Of one frame of the encoder. */
const FRAME = 2 * HOP;
/** Whisper was taught on half a minute at a time; the rest of what is longer is heard after it. */
const LONGEST = 28 * SAMPLE_RATE;
/** Silence after the speech: with less, the model often says all of it again (with 4 s one of ten sentences, 8 s none). */
const SILENCE = 6 * SAMPLE_RATE;
/** Nobody speaks faster; a model that repeats itself does. */
const TOKENS_PER_S = 8;
/** So many tokens that come twice in a row are a model that begins again. */
const SHORTEST_REPEAT = 4;

/** A Whisper model in this process. */
export interface Whisper {
  /**
   * What was said, `''` for nothing.
   *
   * @param language - code such as `en`; else the model finds out, if it knows several
   */
  transcribe(audio: Audio, language?: string, signal?: AbortSignal): Promise<string>;
}

/**
 * Loads a Whisper model of CTranslate2 (weights in 16 bits) and runs it by ONNX Runtime, which `node_modules` has
 * anyway: no recognizer for Node brings a model, and the models in the package registries are made for Python.
 * Only as much sound is looked at as there is, where others always take half a minute. Each step holds the event loop,
 * as onnxruntime-node does: some tenths of a second for the sound, some milliseconds for each token.
 *
 * @param folder - with `model.bin`, `config.json`, and `vocabulary.json` or `vocabulary.txt`
 * @param threads - of the processor, for one transcript
 * @throws when the folder holds no such model, or ONNX Runtime cannot be loaded.
 */
export async function loadWhisper(folder: string, threads = 2): Promise<Whisper> {
  const runtime = await import('onnxruntime-node');
  const [model, config, words] = await Promise.all([
    readFile(join(folder, 'model.bin')),
    readFile(join(folder, 'config.json'), 'utf8'),
    readWords(folder),
  ]);
  const weights = readCt2(model);
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3 } as const;
  const session = (network: Uint8Array) => runtime.InferenceSession.create(network, options);
  return new OnnxWhisper({
    runtime,
    sizes: sizesOf(weights),
    vocabulary: createVocabulary(words, JSON.parse(config) as Config),
    encoder: await session(encoderNetwork(weights)),
    decoder: await session(decoderNetwork(weights)),
  });
}

async function readWords(folder: string): Promise<string[]> {
  const json = await readFile(join(folder, 'vocabulary.json'), 'utf8').catch(() => undefined);
  if (json !== undefined) return JSON.parse(json) as string[];
  return (await readFile(join(folder, 'vocabulary.txt'), 'utf8')).split('\n');
}

interface Parts {
  runtime: Runtime;
  sizes: Sizes;
  vocabulary: Vocabulary;
  encoder: InferenceSession;
  decoder: InferenceSession;
}

class OnnxWhisper implements Whisper {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async transcribe(audio: Audio, language?: string, signal?: AbortSignal): Promise<string> {
    const samples = resample(audio.samples, audio.sampleRate, SAMPLE_RATE);
    const texts: string[] = [];
    for (let at = 0; at < samples.length; at += LONGEST) {
      const piece = samples.subarray(at, at + LONGEST);
      const heard = await this.#encode(piece);
      signal?.throwIfAborted();
      texts.push(await this.#write(heard, piece.length / SAMPLE_RATE, language, signal));
    }
    return texts.filter(Boolean).join(' ');
  }

  #encode(samples: Int16Array): Promise<Feeds> {
    const { encoder, sizes } = this.#parts;
    const frames = Math.min(sizes.frames, Math.ceil((samples.length + SILENCE) / FRAME));
    const sound = new Float32Array(frames * FRAME + WINDOW - HOP);
    for (let at = 0; at < sound.length; at += 1) {
      // Before its beginning the sound is mirrored, as `torch.stft` does.
      sound[at] = (samples[Math.abs(at - WINDOW / 2)] ?? 0) / 32_768;
    }
    const positions = this.#integers(Array.from({ length: frames }, (_, at) => at));
    return encoder.run({ sound: this.#floats(sound, [1, 1, sound.length]), positions });
  }

  /** The likeliest token, and again, until the model says that it is at the end. */
  async #write(heard: Feeds, seconds: number, language: string | undefined, signal?: AbortSignal) {
    const { vocabulary } = this.#parts;
    const told = language ?? (await this.#languageOf(heard));
    let feed = vocabulary.prompt(told);
    let past = this.#noPast();
    const tokens: number[] = [];
    const most = 10 + Math.ceil(seconds * TOKENS_PER_S);
    for (let at = 0; tokens.length < most; at += feed.length, feed = tokens.slice(-1)) {
      const { logits, present } = await this.#decode(feed, at, past, heard);
      signal?.throwIfAborted();
      const barred = tokens.length === 0 ? vocabulary.suppressedFirst : [];
      for (const token of [...vocabulary.suppressed, ...barred]) logits[token] = Number.NEGATIVE_INFINITY;
      const next = likeliest(logits);
      if (next === vocabulary.end) break;
      tokens.push(next);
      past = present;
      const again = repeated(tokens);
      if (again > 0) return vocabulary.text(tokens.slice(0, -again));
    }
    return vocabulary.text(tokens);
  }

  async #decode(tokens: readonly number[], at: number, past: Feeds, heard: Feeds) {
    const count = tokens.length;
    const all = at + count;
    const mask = new Float32Array(count * all);
    for (let row = 0; row < count; row += 1)
      mask.fill(Number.NEGATIVE_INFINITY, row * all + at + row + 1, (row + 1) * all);
    const result = await this.#parts.decoder.run({
      tokens: this.#integers(tokens),
      positions: this.#integers(tokens.map((_, index) => at + index)),
      mask: this.#floats(mask, [count, all]),
      ...past,
      ...heard,
    });
    const present: Feeds = {};
    for (const [name, value] of Object.entries(result)) present[name.replace(/^present/, 'past')] = value;
    const { logits, ...kept } = present;
    return { logits: logits?.data as Float32Array, present: kept };
  }

  /** The code of the language that it takes the sound for; `undefined` for a model of one language. */
  async #languageOf(heard: Feeds): Promise<string | undefined> {
    const { languages, start, nameOf } = this.#parts.vocabulary;
    if (languages.length === 0) return undefined;
    const { logits } = await this.#decode([start], 0, this.#noPast(), heard);
    return nameOf(languages.reduce((best, one) => ((logits[one] ?? 0) > (logits[best] ?? 0) ? one : best)));
  }

  #noPast(): Feeds {
    const { heads, layers } = this.#parts.sizes;
    const past: Feeds = {};
    for (let layer = 0; layer < layers; layer += 1) {
      past[`pastKey${layer}`] = this.#floats(new Float32Array(), [heads, HEAD, 0]);
      past[`pastValue${layer}`] = this.#floats(new Float32Array(), [heads, 0, HEAD]);
    }
    return past;
  }

  #floats = (numbers: Float32Array, shape: readonly number[]) =>
    new this.#parts.runtime.Tensor('float32', numbers, shape);

  #integers = (numbers: readonly number[]) =>
    new this.#parts.runtime.Tensor('int64', BigInt64Array.from(numbers, BigInt), [numbers.length]);
}

/** How many tokens at the end are the same as those before them; 0 when none. */
export function repeated(tokens: readonly number[]): number {
  const end = tokens.length;
  for (let count = SHORTEST_REPEAT; 2 * count <= end; count += 1) {
    let same = 0;
    while (same < count && tokens[end - 1 - same] === tokens[end - 1 - same - count]) same += 1;
    if (same === count) return count;
  }
  return 0;
}

/** Its first, where several are as likely. */
function likeliest(logits: Float32Array): number {
  let best = 0;
  for (let token = 1; token < logits.length; token += 1) {
    if ((logits[token] ?? 0) > (logits[best] ?? 0)) best = token;
  }
  return best;
}
