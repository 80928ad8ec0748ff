import { AudioFrame } from '@livekit/rtc-node';
import { meanPower } from '../openai/samples.ts';
import { OUTPUT_SAMPLE_RATE } from '../stages/speech-frames.ts';
import type { Listener, Sink } from './caller-output.ts';

const PER_MS = OUTPUT_SAMPLE_RATE / 1000;
const FRAME_SAMPLES = 20 * PER_MS;
/** The longest that an answer waits for a filler. */
const MAKES_WAY_WITHIN_MS = 400;
/** Against the loudest 20 ms of a phrase: below this it pauses (-30 dB). */
const PAUSE_POWER = 0.001;
const FADE_SAMPLES = 10 * PER_MS;

interface Sound {
  samples: Int16Array;
  /** Given to the sink so far. */
  at: number;
  /** Resolves when the sink has all that is played of it, or it was stopped. */
  over: Promise<void>;
}

/**
 * Plays fillers, apologies and tones beside the agent's voice, into the same track: mono, 16-bit, 24 kHz. The framework
 * knows nothing of them, so they are in no chat and no transcript, and change no state.
 */
export class CoverVoice {
  readonly #sink: Sink;
  readonly #listener: Listener | undefined;
  #sound: Sound | undefined;

  constructor(sink: Sink, listener?: Listener) {
    this.#sink = sink;
    this.#listener = listener;
  }

  get isPlaying(): boolean {
    return this.#sound !== undefined;
  }

  /** How long what was given to the track goes on. */
  get queuedMs(): number {
    return this.#sink.queuedDuration;
  }

  /** After the end of what it plays already. Resolves when the track has all of it: `queuedMs` before its end. */
  async play(samples: Int16Array): Promise<void> {
    await this.makeWay();
    const sound: Sound = { samples, at: 0, over: Promise.resolve() };
    this.#sound = sound;
    sound.over = this.#giveAll(sound);
    await sound.over;
  }

  /** Ends at its next pause, 400 ms from now at most. Resolves when the track may be given something else. */
  async makeWay(): Promise<void> {
    const sound = this.#sound;
    if (!sound) return;
    const restMs = Math.max(0, MAKES_WAY_WITHIN_MS - this.#sink.queuedDuration);
    sound.samples = endingSoon(sound.samples, sound.at, Math.floor(restMs * PER_MS));
    await sound.over.catch(() => {});
  }

  /** Falls silent at once. */
  stop(): void {
    if (!this.#sound) return;
    this.#sound = undefined;
    this.#sink.clearQueue();
    this.#listener?.stops();
  }

  async #giveAll(sound: Sound): Promise<void> {
    try {
      while (this.#sound === sound && sound.at < sound.samples.length) await this.#give(sound);
    } finally {
      if (this.#sound === sound) this.#sound = undefined;
    }
  }

  async #give(sound: Sound): Promise<void> {
    const part = sound.samples.slice(sound.at, sound.at + FRAME_SAMPLES);
    sound.at += part.length;
    this.#listener?.plays(part, this.#sink.queuedDuration);
    await this.#sink.captureFrame(new AudioFrame(part, OUTPUT_SAMPLE_RATE, 1, part.length));
  }
}

/**
 * The same sound, ended at the first pause after `from`; where none comes within so many samples, where it is softest
 * there. What is left is played when it is no longer than that.
 */
export function endingSoon(samples: Int16Array, from: number, within: number): Int16Array {
  if (samples.length - from <= within) return samples;
  const powers: { at: number; power: number }[] = [];
  for (let at = from; at + FRAME_SAMPLES <= from + within; at += FRAME_SAMPLES)
    powers.push({ at, power: meanPower(samples, at, at + FRAME_SAMPLES) });
  const silent = PAUSE_POWER * loudest(samples);
  const pause = powers.find(({ power }) => power <= silent);
  const softest = powers.reduce((best, one) => (one.power < best.power ? one : best), {
    at: from,
    power: Number.POSITIVE_INFINITY,
  });
  const end = (pause ?? softest).at;
  const ended = samples.slice(0, end);
  const fadeFrom = Math.max(from, end - FADE_SAMPLES);
  for (let at = fadeFrom; at < end; at++)
    ended[at] = Math.round(((ended[at] ?? 0) * (end - at)) / (end - fadeFrom));
  return ended;
}

function loudest(samples: Int16Array): number {
  let power = 0;
  for (let at = 0; at < samples.length; at += FRAME_SAMPLES)
    power = Math.max(power, meanPower(samples, at, at + FRAME_SAMPLES));
  return power;
}
