import { meanPower } from '../../openai/samples.ts';
import { TURN_SAMPLE_RATE } from './transcriber.ts';

/** How long the quietest moment is remembered: longer than speech without a gap; after it, new noise is background. */
const MEMORY_MS = 2000;
/** Background noise varies by this much. */
const ABOVE_NOISE_DB = 6;
/** The end of a word is not softer than this below its loudest part. */
const BELOW_PEAK_DB = 30;
/** The loudest part is forgotten this fast: callers turn away. */
const DECAY_DB_PER_S = 6;
/** Below it a microphone is silent. */
const SILENCE_DB = -60;

/**
 * Tells speech from the background by its level. Silero takes 60 ms, in noise up to 240, to notice that speech has
 * ended; the level falls at once.
 */
export class Loudness {
  #recent: { db: number; ms: number }[] = [];
  #recentMs = 0;
  #peakDb = SILENCE_DB;

  /**
   * Audio as it comes.
   *
   * @param samples - mono at 16 kHz, 16-bit; best in pieces of 10 ms.
   * @returns whether it is loud enough to hold speech.
   */
  addAudio(samples: Int16Array): boolean {
    const ms = (samples.length * 1000) / TURN_SAMPLE_RATE;
    const db = Math.max(SILENCE_DB, levelDb(samples));
    this.#recent.push({ db, ms });
    this.#recentMs += ms;
    while (this.#recentMs > MEMORY_MS) this.#recentMs -= this.#recent.shift()?.ms ?? this.#recentMs;
    this.#peakDb = Math.max(db, this.#peakDb - (DECAY_DB_PER_S * ms) / 1000);
    const noiseDb = this.#recent.reduce((least, one) => Math.min(least, one.db), db);
    return db > Math.max(noiseDb + ABOVE_NOISE_DB, this.#peakDb - BELOW_PEAK_DB);
  }
}

/** Mean power in dB relative to full scale. */
function levelDb(samples: Int16Array): number {
  return 10 * Math.log10(meanPower(samples) / 32_768 ** 2 + 1e-12);
}
