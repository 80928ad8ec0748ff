import { Resampler } from '../openai/resample.ts';
import { Timeline } from './timeline.ts';

/** Of the recording, and of the caller's sound as the call hears it. */
export const RECORDING_RATE = 16_000;
/** Of the agent's voice. */
const VOICE_RATE = 24_000;
const PER_MS = RECORDING_RATE / 1000;

/** What the agent's track still holds may be cut: no sound is given out before it was heard. */
const HOLD_MS = 300;
const ROOM_MS = 12_000;
/** So far apart two pieces of the voice follow one another. */
const JOINS_WITHIN = 60 * PER_MS;
/** A busy process hears the caller late, and then all at once; after so long without them they were not heard. */
const AWAY_MS = 3000;
/** Their sound comes at its pace; where it is behind by more for a while, something of it is missing. */
const BEHIND_MS = 250;
const BEHIND_LOOKS = 4;
/** Sound comes late, never early: what is ahead by more than its pieces vary began to be heard before it was handed on. */
const AHEAD = 15 * PER_MS;

/** The two voices of a call on one line of time: caller left, agent right, 16-bit at 16 kHz. */
export class Stereo {
  readonly #now: () => number;
  readonly #startMs: number;
  readonly #timeline = new Timeline(ROOM_MS * PER_MS);
  #heardUntil = 0;
  #heardAtMs: number;
  #behind = 0;
  #voiceUntil = 0;
  #voice = new Resampler(VOICE_RATE, RECORDING_RATE);

  /** @param now - milliseconds; the recording begins now. */
  constructor(now: () => number) {
    this.#now = now;
    this.#startMs = now();
    this.#heardAtMs = this.#startMs;
  }

  /** The caller, mono at 16 kHz, just now. */
  hears(samples: Int16Array): void {
    const nowMs = this.#now();
    const ended = this.#placeOf(nowMs);
    if (nowMs - this.#heardAtMs > AWAY_MS || this.#heardUntil === 0)
      this.#heardUntil = ended - samples.length;
    this.#heardAtMs = nowMs;
    this.#timeline.write(0, this.#heardUntil, samples);
    this.#heardUntil += samples.length;
    this.#pullBack(this.#heardUntil - ended);
  }

  /** A piece of the agent's voice, mono at 24 kHz, begins to be heard in so many milliseconds. */
  plays(samples: Int16Array, inMs: number): void {
    const at = this.#placeOf(this.#now() + inMs);
    if (Math.abs(at - this.#voiceUntil) > JOINS_WITHIN) {
      this.#voice = new Resampler(VOICE_RATE, RECORDING_RATE);
      this.#voiceUntil = at;
    }
    const resampled = this.#voice.push(samples);
    this.#timeline.write(1, this.#voiceUntil, resampled);
    this.#voiceUntil += resampled.length;
  }

  /** What of it was not heard yet never is. */
  stops(): void {
    const at = this.#placeOf(this.#now());
    if (at >= this.#voiceUntil) return;
    this.#timeline.clear(1, at);
    this.#voiceUntil = at;
  }

  /** What is certain by now. @param isLast - all of it. */
  take(isLast = false): Int16Array {
    const nowMs = this.#now();
    const isAway = nowMs - this.#heardAtMs > AWAY_MS;
    this.#catchUp(nowMs);
    const until = this.#placeOf(isLast ? nowMs : nowMs - HOLD_MS);
    return this.#timeline.take(isAway || isLast ? until : Math.min(until, Math.max(0, this.#heardUntil)));
  }

  #pullBack(ahead: number): void {
    if (ahead <= AHEAD || !this.#timeline.pullBack(0, this.#heardUntil, ahead)) return;
    this.#heardUntil -= ahead;
  }

  #catchUp(nowMs: number): void {
    const place = this.#placeOf(nowMs);
    this.#behind = place - this.#heardUntil > BEHIND_MS * PER_MS ? this.#behind + 1 : 0;
    if (this.#behind < BEHIND_LOOKS) return;
    this.#behind = 0;
    this.#heardUntil = place;
  }

  #placeOf(ms: number): number {
    return Math.round((ms - this.#startMs) * PER_MS);
  }
}
