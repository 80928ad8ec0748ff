import { meanPower } from '../../openai/samples.ts';

/** How long the quietest moment is remembered: longer than a sentence without a breath. */
const MEMORY_MS = 3000;
/** Background noise varies by this much. */
const ABOVE_NOISE_DB = 6;
/** The end of a word is not softer than this below its loudest part. */
const BELOW_PEAK_DB = 30;
/** The loudest part is forgotten this fast: callers turn away. */
const DECAY_DB_PER_S = 6;
/** Below it a microphone is silent. */
const SILENCE_DB = -60;

/**
 * Tells windows of speech from the background by their level. Silero takes 60 ms, in noise up to 240, to notice that
 * speech has ended; the level falls at once.
 */
export class Loudness {
  readonly #windowMs: number;
  #recentDb: number[] = [];
  #peakDb = SILENCE_DB;

  /** @param windowMs - length of each window. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /**
   * Whether a window is loud enough to hold speech.
   *
   * @param samples - mono, 16-bit, any rate.
   */
  hear(samples: Int16Array): boolean {
    const db = Math.max(SILENCE_DB, levelDb(samples));
    this.#recentDb.push(db);
    if (this.#recentDb.length > MEMORY_MS / this.#windowMs) this.#recentDb.shift();
    this.#peakDb = Math.max(db, this.#peakDb - (DECAY_DB_PER_S * this.#windowMs) / 1000);
    const noiseDb = Math.min(...this.#recentDb);
    return db > Math.max(noiseDb + ABOVE_NOISE_DB, this.#peakDb - BELOW_PEAK_DB);
  }
}

/** Mean power in dB relative to full scale. */
function levelDb(samples: Int16Array): number {
  return 10 * Math.log10(meanPower(samples) / 32_768 ** 2 + 1e-12);
}
