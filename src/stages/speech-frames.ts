import type { tts } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import type { PcmChunk } from '../openai/pcm.ts';
import { Resampler } from '../openai/resample.ts';
import { joined } from '../openai/samples.ts';

/** What the room's audio track is fed with: mono, 24 kHz; other rates are converted here. */
export const OUTPUT_SAMPLE_RATE = 24_000;
const PER_MS = OUTPUT_SAMPLE_RATE / 1000;
/** 20 ms: one Opus packet. */
const STEP_SAMPLES = 20 * PER_MS;
/** Each frame costs a host the same, however long: a request to the native part, and the framework's streams. */
export const LONGEST_FRAME_MS = 200;
const MOST_SAMPLES = LONGEST_FRAME_MS * PER_MS;

/** Hands mono samples at 24 kHz to the framework, in frames of 20 to 200 ms, the last one marked `final`. */
export class FrameWriter {
  readonly #put: (audio: tts.SynthesizedAudio) => void;
  readonly #id = crypto.randomUUID();
  /** What is less than 40 ms is held back: the last frame has to be marked. */
  #rest = new Int16Array(0);

  constructor(put: (audio: tts.SynthesizedAudio) => void) {
    this.#put = put;
  }

  write(samples: Int16Array): void {
    const all = joined([this.#rest, samples]);
    const until = Math.max(0, Math.floor(all.length / STEP_SAMPLES) - 1) * STEP_SAMPLES;
    for (const frame of framesOf(all.subarray(0, until))) this.#send(frame, false);
    this.#rest = all.slice(until);
  }

  /** @param isWhole - false for speech that broke off: then no frame is the `final` one. */
  end(isWhole = true): void {
    for (const frame of framesOf(this.#rest)) this.#send(frame, isWhole);
    this.#rest = new Int16Array(0);
  }

  #send(frame: AudioFrame, final: boolean): void {
    this.#put({ requestId: this.#id, segmentId: this.#id, frame, final });
  }
}

/** Mono samples at 24 kHz in frames of 200 ms, the last one with what is left. */
export function* framesOf(samples: Int16Array): Generator<AudioFrame> {
  for (let at = 0; at < samples.length; at += MOST_SAMPLES) {
    const part = samples.slice(at, at + MOST_SAMPLES);
    yield new AudioFrame(part, OUTPUT_SAMPLE_RATE, 1, part.length);
  }
}

/** Mono samples at 24 kHz from chunks of any rate. */
export async function* atOutputRate(chunks: AsyncIterable<PcmChunk>): AsyncGenerator<Int16Array> {
  let resampler: Resampler | undefined;
  let inputRate = OUTPUT_SAMPLE_RATE;
  for await (const { samples, sampleRate } of chunks) {
    if (sampleRate !== inputRate) {
      if (resampler) yield resampler.flush();
      resampler =
        sampleRate === OUTPUT_SAMPLE_RATE ? undefined : new Resampler(sampleRate, OUTPUT_SAMPLE_RATE);
      inputRate = sampleRate;
    }
    yield resampler ? resampler.push(samples) : samples;
  }
  if (resampler) yield resampler.flush();
}
