import type { Clock } from '../../openai/clock.ts';
import type { TurnTimes } from './roles.ts';

/** Audio that has not come for so long will not come soon: the caller's connection, not a late event loop. */
export const MISSING_AUDIO_MS = 400;
/** Between two windows of audio, with room for a late event loop. */
const AUDIO_DUE_MS = 100;
/** Speech in packets that are back is heard within this. */
const HEARD_WITHIN_MS = 500;

/** Speech that comes back is known for it within this after something stirs, and a turn waits so long for it in all. */
const STIRRING_MS = 40;
const LONGEST_DOUBT_MS = 130;
const STIRRING_STEP_MS = 10;
/** In a silence of which more than this share stirs it is the background that does. */
const STIRRING_SHARE = 0.1;

/** When the caller was heard last, on the clock that timers use, and for the record on the wall's. */
export class TurnClock {
  readonly #clock: Clock;
  readonly #wallNow: () => number;
  #lastSoundAt = 0;
  /** Speech or silence. */
  #lastAudioAt = 0;
  #times: TurnTimes = { lastSoundAt: 0 };
  #firstSoundAt = 0;
  #stirredAt = Number.NEGATIVE_INFINITY;
  #doubtedAt: number | undefined;
  /** For so long something was heard in this silence; and before what is heard now. */
  #stirredMs = 0;
  #stirredBeforeMs = 0;

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
    this.#doubtedAt = undefined;
    this.#stirredMs = 0;
  }

  /** In the silence something is heard just now; told every 10 ms. */
  stirs(): void {
    const now = this.#clock.now();
    if (now - this.#stirredAt > STIRRING_MS) this.#stirredBeforeMs = this.#stirredMs;
    this.#stirredMs += STIRRING_STEP_MS;
    this.#stirredAt = now;
  }

  /**
   * For how long the end of the turn is put off: audio or packets have not come, or the caller may be going on just now,
   * though it is not known for speech yet. `undefined`: it ends.
   *
   * @param wasCut - it ends whatever is heard.
   */
  putOffMs(packets: 'here' | 'missing' | 'back', wasCut: boolean): number | undefined {
    const now = this.#clock.now();
    if (packets === 'back') return HEARD_WITHIN_MS;
    if (packets !== 'here' || this.#isLate) return AUDIO_DUE_MS / 2;
    if (wasCut || now - this.#stirredAt >= STIRRING_MS) return undefined;
    if (this.#stirredBeforeMs > STIRRING_SHARE * (now - this.#lastSoundAt)) return undefined;
    this.#doubtedAt ??= now;
    return now - this.#doubtedAt < LONGEST_DOUBT_MS ? STIRRING_STEP_MS : undefined;
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
  get #isLate(): boolean {
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
