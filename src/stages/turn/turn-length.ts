import type { Clock } from '../../openai/clock.ts';

/** A turn that is too long is cut at a short pause; if none comes within this, in the middle of a word. */
const PAUSE_WITHIN_MS = 3000;
/** Speech that goes on without a pause after its turn was cut is ignored for so long, and while the agent speaks. */
const IGNORED_AFTER_CUT_MS = 3000;

/** Bounds a turn in time: speech that never pauses, such as a television's, would never be answered. */
export class TurnLength {
  readonly #maxMs: number;
  readonly #clock: Clock;
  #openedAt = 0;
  #isCut = false;
  #cutAt: number | undefined;

  constructor(maxMs: number, clock: Clock) {
    this.#maxMs = maxMs;
    this.#clock = clock;
  }

  opened(): void {
    this.#openedAt = this.#clock.now();
  }

  /** How long the turn has been open. */
  get ms(): number {
    return this.#clock.now() - this.#openedAt;
  }

  /** Whether the turn must end although its speaker goes on. */
  isTooLong(inPause: boolean): boolean {
    const lateMs = this.ms - this.#maxMs;
    return this.#isCut || lateMs >= (inPause ? 0 : PAUSE_WITHIN_MS);
  }

  cut(): void {
    this.#isCut = true;
  }

  /** The turn ends with what was said until it was cut. */
  get isCut(): boolean {
    return this.#isCut;
  }

  ended(): void {
    if (this.#isCut) this.#cutAt = this.#clock.now();
    this.#isCut = false;
  }

  paused(): void {
    this.#cutAt = undefined;
  }

  /** Whether speech is ignored: it goes on since its turn was cut. */
  ignores(agentIsBusy: boolean): boolean {
    if (this.#cutAt === undefined) return false;
    return agentIsBusy || this.#clock.now() - this.#cutAt < IGNORED_AFTER_CUT_MS;
  }
}
