import { AudioByteStream, type tts } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import type { PcmChunk } from '../openai/pcm.ts';
import { Resampler } from '../openai/resample.ts';

/** What the room's audio track is fed with: mono, 24 kHz; other rates are converted here. */
export const OUTPUT_SAMPLE_RATE = 24_000;
/** 20 ms: one Opus packet, so that the first sound is not held for more. */
const FRAME_MS = 20;

/** Hands mono samples at 24 kHz to the framework in frames of 20 ms, the last one marked `final`. */
export class FrameWriter {
  readonly #framer = new AudioByteStream(OUTPUT_SAMPLE_RATE, 1, (OUTPUT_SAMPLE_RATE * FRAME_MS) / 1000);
  readonly #put: (audio: tts.SynthesizedAudio) => void;
  readonly #id = crypto.randomUUID();
  /** One frame is held back, or it would be too late to mark it. */
  #pending: AudioFrame | undefined;

  constructor(put: (audio: tts.SynthesizedAudio) => void) {
    this.#put = put;
  }

  write(samples: Int16Array): void {
    this.#pass(this.#framer.write(samples.slice().buffer));
  }

  /** @param isWhole - false for speech that broke off: then no frame is the `final` one. */
  end(isWhole = true): void {
    this.#pass(this.#framer.flush());
    this.#send(isWhole);
  }

  #pass(frames: AudioFrame[]): void {
    for (const frame of frames) {
      this.#send(false);
      this.#pending = frame;
    }
  }

  #send(final: boolean): void {
    const frame = this.#pending;
    this.#pending = undefined;
    if (frame) this.#put({ requestId: this.#id, segmentId: this.#id, frame, final });
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
