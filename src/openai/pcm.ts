import { audioKind, rawFormat, SNIFF_BYTES } from './audio-type.ts';
import { parseWavHeader, type SampleReader, sampleReader, WavError, type WavHeader } from './wav.ts';

/** Audio that arrived: 16-bit, mono. */
export interface PcmChunk {
  samples: Int16Array;
  /** Samples per second. */
  sampleRate: number;
  channels: 1;
}

export interface PcmOptions {
  contentType: string | null;
  /** Rate of raw samples when the Content-Type does not say. Default 24 000, that of OpenAI's `pcm`. */
  sampleRateHint?: number | undefined;
  /** Makes the error for an answer that is no audio: `what` completes «answered …», `text` is what it said. */
  invalid(what: string, text?: string): Error;
}

/** The rate of OpenAI's `response_format: "pcm"`, which the servers like it follow. */
const OPENAI_PCM_RATE = 24_000;

/**
 * Decodes a speech answer as it arrives, cut anywhere: WAV by its header, all else as raw 16-bit little-endian.
 * Several channels are averaged into one.
 *
 * `audio/L16` is big-endian by RFC 2586; the speech servers that use it (Gemini and those after it) send
 * little-endian all the same, so that is how it is read.
 * @throws what `invalid` makes, for text, compressed audio and broken WAV
 */
export async function* pcmStream(
  chunks: AsyncIterable<Uint8Array>,
  options: PcmOptions,
): AsyncGenerator<PcmChunk> {
  const decoder = new Decoder(options);
  for await (const bytes of chunks) yield* decoder.push(bytes, false);
  yield* decoder.push(new Uint8Array(), true);
}

const TEXT_BYTES = 2048;
/** Chunks that may follow the samples of a WAV. Anything else after them is more samples, as some servers send. */
const TRAILER = /^(LIST|id3 |ID3 |bext|fact|PEAK|cue |smpl|JUNK|iXML)/;

type Layout = Omit<WavHeader, 'dataOffset' | 'dataBytes'>;

class Decoder {
  readonly #options: PcmOptions;
  #pending = new Uint8Array();
  #state: 'sniff' | 'text' | 'header' | 'samples' | 'after' | 'ignore' = 'sniff';
  #layout: Layout = { sampleRate: OPENAI_PCM_RATE, channels: 1, bitsPerSample: 16, float: false };
  #read: SampleReader = sampleReader(this.#layout);
  /** Bytes of samples to come. */
  #left = Infinity;
  /** Bytes between the last sample and whatever follows. */
  #skip = 0;

  constructor(options: PcmOptions) {
    this.#options = options;
  }

  *push(bytes: Uint8Array, atEnd: boolean): Generator<PcmChunk> {
    this.#pending = concat(this.#pending, bytes);
    for (let moved = true; moved; ) {
      const before = this.#state;
      const samples = this.#step(atEnd);
      if (samples !== undefined && samples.length > 0) {
        yield { samples, sampleRate: this.#layout.sampleRate, channels: 1 };
      }
      moved = this.#state !== before;
    }
  }

  #step(atEnd: boolean): Int16Array | undefined {
    if (this.#state === 'sniff') this.#sniff(atEnd);
    else if (this.#state === 'text') this.#text(atEnd);
    else if (this.#state === 'header') this.#header(atEnd);
    else if (this.#state === 'after') this.#after(atEnd);
    else if (this.#state === 'ignore') this.#pending = new Uint8Array();
    else return this.#samples();
    return undefined;
  }

  #sniff(atEnd: boolean): void {
    if (this.#pending.length < (atEnd ? 1 : SNIFF_BYTES)) return;
    const { contentType, sampleRateHint, invalid } = this.#options;
    const kind = audioKind(this.#pending, contentType);
    if (typeof kind === 'object') throw invalid(kind.unplayable);
    if (kind === 'text') this.#state = 'text';
    if (kind === 'wav') this.#state = 'header';
    if (kind !== 'raw') return;
    const { sampleRate = sampleRateHint ?? OPENAI_PCM_RATE, channels = 1 } = rawFormat(contentType);
    this.#begin({ sampleRate, channels, bitsPerSample: 16, float: false }, Infinity);
  }

  /** Collects an error's text, to quote it whole. */
  #text(atEnd: boolean): void {
    if (!atEnd && this.#pending.length < TEXT_BYTES) return;
    throw this.#options.invalid('text', new TextDecoder().decode(this.#pending.subarray(0, TEXT_BYTES)));
  }

  #header(atEnd: boolean): void {
    try {
      const header = parseWavHeader(this.#pending);
      if (header === undefined && atEnd) throw new WavError('a WAV that ends inside its header');
      if (header === undefined) return;
      this.#pending = this.#pending.subarray(header.dataOffset);
      this.#begin(header, header.dataBytes);
    } catch (error) {
      throw error instanceof WavError ? this.#options.invalid(error.message) : error;
    }
  }

  #begin(layout: Layout, bytes: number): void {
    const { sampleRate, channels, bitsPerSample } = layout;
    if (sampleRate < 4000 || sampleRate > 192_000 || channels < 1 || channels > 8) {
      throw this.#options.invalid(`audio of ${sampleRate} Hz with ${channels} channels`);
    }
    this.#layout = layout;
    this.#read = sampleReader(layout);
    this.#left = bytes;
    // A cut frame is no sound, and what follows an odd length is one byte of padding.
    this.#skip = bytes === Infinity ? 0 : (bytes % ((bitsPerSample / 8) * channels)) + (bytes % 2);
    this.#state = 'samples';
  }

  /** Decodes whole frames; the bytes of a cut one wait for their rest. */
  #samples(): Int16Array {
    const { bitsPerSample, channels } = this.#layout;
    const width = bitsPerSample / 8;
    const frame = width * channels;
    const frames = Math.floor(Math.min(this.#pending.length, this.#left) / frame);
    const view = new DataView(this.#pending.buffer, this.#pending.byteOffset);
    const samples = new Int16Array(frames);
    for (let i = 0; i < frames; i += 1) {
      let sum = 0;
      for (let c = 0; c < channels; c += 1) sum += this.#read(view, i * frame + c * width);
      samples[i] = sum / channels;
    }
    this.#pending = this.#pending.subarray(frames * frame);
    this.#left -= frames * frame;
    if (this.#left < frame) this.#state = 'after';
    return samples;
  }

  /** After as many samples as the header promised: another WAV (one a sentence), a trailer, or more samples. */
  #after(atEnd: boolean): void {
    if (this.#pending.length < this.#skip + 12) {
      if (atEnd) this.#state = 'ignore';
      return;
    }
    this.#pending = this.#pending.subarray(this.#skip);
    const next = String.fromCharCode(...this.#pending.subarray(0, 5));
    if (/^RIFF/.test(next)) this.#state = 'header';
    else if (TRAILER.test(next)) this.#state = 'ignore';
    else this.#begin(this.#layout, Infinity);
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
