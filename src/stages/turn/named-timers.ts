import type { Clock } from '../../openai/clock.ts';

/** Timers by name: starting one again replaces it. */
export class NamedTimers {
  readonly #clock: Clock;
  readonly #cancels = new Map<string, () => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param ms - from now; at once when it is past. */
  start(name: string, ms: number, run: () => void): void {
    this.#cancels.get(name)?.();
    this.#cancels.set(name, this.#clock.after(Math.max(0, ms), run));
  }

  /** Runs it now, and again every so often. */
  every(name: string, ms: number, run: () => void): void {
    run();
    this.start(name, ms, () => this.every(name, ms, run));
  }

  cancelAll(): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }
}
