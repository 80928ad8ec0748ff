import type { Clock } from '../../openai/clock.ts';
import type { TurnTimes } from './roles.ts';

/** Audio that has not come for so long will not come soon: the caller's connection, not a late event loop. */
export const MISSING_AUDIO_MS = 400;
/** Between two windows of audio, with room for a late event loop. */
export const AUDIO_DUE_MS = 100;

/** When the caller was heard last, on the clock that timers use, and for the record on the wall's. */
export class TurnClock {
  readonly #clock: Clock;
  readonly #wallNow: () => number;
  #lastSoundAt = 0;
  /** Speech or silence. */
  #lastAudioAt = 0;
  #times: TurnTimes = { lastSoundAt: 0 };
  #firstSoundAt = 0;

  constructor(clock: Clock, wallNow: () => number) {
    this.#clock = clock;
    this.#wallNow = wallNow;
  }

  /** Speech was heard until just now. @param beganMs - how long ago it began, where a turn begins with it. */
  speech(beganMs?: number): void {
    if (beganMs !== undefined) this.#firstSoundAt = this.#wallNow() - beganMs;
    this.#lastSoundAt = this.#clock.now();
    this.#lastAudioAt = this.#lastSoundAt;
    this.#times = { lastSoundAt: this.#wallNow() };
  }

  /** Audio came, whatever is in it. */
  audio(): void {
    this.#lastAudioAt = this.#clock.now();
  }

  /** Nothing was heard for so long, until just now. */
  silence(silenceMs: number): void {
    this.#lastSoundAt = this.#clock.now() - silenceMs;
    this.#times.lastSoundAt = this.#wallNow() - silenceMs;
  }

  note(what: 'pauseSeenAt' | 'transcribedAt'): void {
    this.#times[what] = this.#wallNow();
  }

  /** Milliseconds since the epoch. */
  get lastSoundAtMs(): number {
    return this.#times.lastSoundAt;
  }

  /** Audio has not come for a while, and will soon. */
  get isLate(): boolean {
    const lateMs = this.#clock.now() - this.#lastAudioAt;
    return lateMs > AUDIO_DUE_MS && lateMs < MISSING_AUDIO_MS;
  }

  /** Until so much silence has passed. */
  msToSilence(silenceMs: number): number {
    return this.#lastSoundAt + silenceMs - this.#clock.now();
  }

  /** The record of a turn that ends now. */
  ended(wasCut: boolean): TurnTimes {
    return {
      firstSoundAt: this.#firstSoundAt,
      ...this.#times,
      endedAt: this.#wallNow(),
      ...(wasCut ? { wasCut } : {}),
    };
  }
}
