import type { AudioFrame } from '@livekit/rtc-node';
import { WholeFrames } from '../../openai/whole-frames.ts';
import { WINDOW_MS, WINDOW_SAMPLES } from './speech-meter.ts';

/** Judges windows of one voice, one after the other: it remembers those before. */
export interface WindowModel {
  /** Of 512 samples, mono at 16 kHz. @returns the probability of speech */
  predict(window: Int16Array): Promise<number>;
}

export interface WindowHooks {
  onWindow(probability: number): void;
  onFailed(error: unknown): void;
}

/** So many windows may wait (0.5 s): an event loop that stood still catches up. */
const MOST_WAITING = 16;

/**
 * Has the windows of one caller judged, each as soon as it is whole. An event loop that lacks a processor comes to one window in a
 * turn, and a turn may take longer than a window: ten callers by telephone on two busy cores were heard up to 10 s late, and waited for
 * answers in vain. So there, of what waits beyond 0.5 s only the last window is judged, and counts for those before it: with every
 * second, third or fourth one judged, 90, 89 or 87 % of windows are judged alike (60 utterances of `test/patience`, 28 Nov 2026). Audio
 * that comes all at once is judged whole.
 */
export class Windows {
  readonly #model: WindowModel;
  readonly #hooks: WindowHooks;
  readonly #now: () => number;
  readonly #waiting: Int16Array[] = [];
  readonly #heard = new WholeFrames(WINDOW_SAMPLES, (window) => this.#waiting.push(window));
  #isJudging = false;
  #lastTookMs = 0;
  #isClosed = false;

  /** @param now - in milliseconds. */
  constructor(model: WindowModel, hooks: WindowHooks, now: () => number = () => performance.now()) {
    this.#model = model;
    this.#hooks = hooks;
    this.#now = now;
  }

  /** Mono at 16 kHz, of any length. */
  pushFrame({ data }: Pick<AudioFrame, 'data'>): void {
    this.#heard.push(data);
    if (!this.#isJudging) void this.#judge();
  }

  close(): void {
    this.#isClosed = true;
  }

  async #judge(): Promise<void> {
    this.#isJudging = true;
    try {
      while (this.#waiting.length > 0 && !this.#isClosed) {
        const taken = this.#waiting.splice(0, this.#toTake());
        const askedAt = this.#now();
        const probability = await this.#model.predict(taken[taken.length - 1] as Int16Array);
        this.#lastTookMs = this.#now() - askedAt;
        for (let told = 0; told < taken.length && !this.#isClosed; told += 1)
          this.#hooks.onWindow(probability);
      }
    } catch (error) {
      if (!this.#isClosed) this.#hooks.onFailed(error);
    } finally {
      this.#isJudging = false;
    }
  }

  /** To judge a window takes 0.1 ms, and longer than the window lasts only where the event loop lacks a processor. */
  #toTake(): number {
    return this.#lastTookMs > WINDOW_MS ? Math.max(1, this.#waiting.length - MOST_WAITING) : 1;
  }
}
