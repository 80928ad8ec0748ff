import type { Clock } from '../openai/clock.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** Keeps processes that end before they are ready from being started in a tight loop. */
export class StartPace {
  readonly #clock: Clock;
  readonly #onFree: () => void;
  #failures = 0;
  #isPausing = false;
  #cancel = () => {};

  /** @param onFree - called when a start may be tried again. */
  constructor(clock: Clock, onFree: () => void) {
    this.#clock = clock;
    this.#onFree = onFree;
  }

  mayStart(): boolean {
    return !this.#isPausing;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  failed(): void {
    this.#cancel();
    this.#isPausing = true;
    this.#cancel = this.#clock.after(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures), () => {
      this.#isPausing = false;
      this.#onFree();
    });
    this.#failures += 1;
  }

  stop(): void {
    this.#cancel();
  }
}
