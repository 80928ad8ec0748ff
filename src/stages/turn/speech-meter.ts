import { Loudness } from './loudness.ts';
import { TURN_SAMPLE_RATE } from './transcriber.ts';

/** Silero's window. */
export const WINDOW_SAMPLES = 512;
const SAMPLES_PER_MS = TURN_SAMPLE_RATE / 1000;
export const WINDOW_MS = WINDOW_SAMPLES / SAMPLES_PER_MS;
/** From quiet to speech, and how far down speech goes on. */
const ACTIVATION = 0.5;
const DEACTIVATION = 0.4;
/** The detector notices the end of speech so much later than the level shows it. */
const LATE_MS = 64;
/** Speech that comes back shows in the level before the detector's next window. */
const STILL_MS = 15;
/** A probability that rises by so much belongs to speech that comes back. */
const RISE = 0.1;
/** Below it the detector is no longer sure of speech: so long a quiet is silence then, about 30 ms before it says so. */
const DOUBT = 0.7;
const QUIET_MS = 60;
/** The detector alone decides from here on: there are noises that are never still. */
const SURE_MS = 128;

/**
 * How long speech or silence has been going on; 0 ms of silence: perhaps neither. `stirs`: what is heard right now in the
 * silence is louder than the background: the detector takes some 90 ms to call what begins speech.
 */
export type SpeechOrSilence = { speechMs: number } | Silence;
export interface Silence {
  silenceMs: number;
  stirs?: true;
}

/**
 * Measures speech and silence. The detector says which of the two it is, every 32 ms and for a window; the level says
 * to 10 ms since when it has been quiet, so that the end of a word counts and not the end of its window.
 */
export class SpeechMeter {
  readonly #loudness = new Loudness();
  #heardSamples = 0;
  #detectedSamples = 0;
  #lastLoudAt = 0;
  #silentSince: number | undefined = 0;
  #speechMs = 0;
  #probability = 0;
  #isRising = false;

  /**
   * Audio as it comes.
   *
   * @param samples - mono at 16 kHz, 16-bit, 10 ms or so.
   * @returns the silence so far; `undefined` during speech, which only the detector's windows tell.
   */
  addAudio(samples: Int16Array): Silence | undefined {
    this.#heardSamples += samples.length;
    if (this.#loudness.addAudio(samples)) this.#lastLoudAt = this.#heardSamples;
    if (this.#silentSince !== undefined) return this.#silence(this.#silentSince);
    return this.#isFadingOut ? { silenceMs: this.#quietMs } : undefined;
  }

  /** The detector is another one: what comes from now on is its first window. */
  restart(): void {
    this.#detectedSamples = this.#heardSamples;
    this.#probability = 0;
    this.#speechMs = 0;
    this.#silentSince ??= this.#heardSamples;
  }

  /** @param probability - of speech in the next window of 512 samples, whose audio was added before. */
  addProbability(probability: number): SpeechOrSilence {
    const start = this.#detectedSamples;
    this.#detectedSamples += WINDOW_SAMPLES;
    this.#isRising = probability > this.#probability + RISE;
    this.#probability = probability;
    if (probability >= (this.#speechMs > 0 ? DEACTIVATION : ACTIVATION)) {
      this.#speechMs += WINDOW_MS;
      this.#silentSince = undefined;
      return this.#isFadingOut ? { silenceMs: this.#quietMs } : { speechMs: this.#speechMs };
    }
    this.#speechMs = 0;
    this.#silentSince ??= start;
    return this.#silence(this.#silentSince);
  }

  #silence(since: number): Silence {
    const silenceMs = (this.#heardSamples - since) / SAMPLES_PER_MS;
    const quietMs = this.#quietMs;
    const isStill = quietMs >= STILL_MS;
    if (silenceMs < SURE_MS && (this.#isRising || !isStill)) return { silenceMs: 0 };
    return {
      silenceMs: Math.max(silenceMs, Math.min(quietMs, silenceMs + LATE_MS)),
      ...(!isStill && { stirs: true }),
    };
  }

  get #quietMs(): number {
    return (this.#heardSamples - this.#lastLoudAt) / SAMPLES_PER_MS;
  }

  get #isFadingOut(): boolean {
    return this.#probability < DOUBT && this.#quietMs >= QUIET_MS;
  }
}
