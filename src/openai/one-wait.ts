import { type Clock, wait } from './clock.ts';

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
    // It may start the next wait, which must not be taken for this one.
    if (this.#signal?.aborted) then();
    else this.#stop = wait(this.#clock, ms, this.#signal, then);
  }

  stop(): void {
    this.#stop();
    this.#stop = () => {};
  }
}
