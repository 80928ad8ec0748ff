import type { Clock } from './clock.ts';

/** At most one wait at a time: a new one takes the place of the last. */
export class OneWait {
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  #stop = () => {};

  /** @param signal - its abort ends the wait at once. */
  constructor(clock: Clock, signal: AbortSignal | undefined) {
    this.#clock = clock;
    this.#signal = signal;
  }

  for(ms: number, then: () => void): void {
    this.stop();
    const done = () => {
      this.stop();
      then();
    };
    const stopTimer = this.#clock.after(ms, done);
    this.#stop = () => {
      stopTimer();
      this.#signal?.removeEventListener('abort', done);
    };
    this.#signal?.addEventListener('abort', done);
    if (this.#signal?.aborted) done();
  }

  stop(): void {
    this.#stop();
    this.#stop = () => {};
  }
}
