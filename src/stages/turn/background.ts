import type { Clock } from '../../openai/clock.ts';

/** Sound without words that is as old as this says nothing about what is heard now. */
const REMEMBERED_MS = 20_000;
/** So many sounds without words, one soon after the other, are background. */
const SOUNDS = 2;

/**
 * Whether sound over the agent's voice is most likely background: a television, music, people farther away. What brought no
 * words lately brings none now; words end that.
 */
export class Background {
  readonly #clock: Clock;
  readonly #lastsMs: number;
  #wordlessAt: number[] = [];
  #untilMs = Number.NEGATIVE_INFINITY;

  /** @param lastsMs - how long sound is taken for background after the last sound without words. */
  constructor(lastsMs: number, clock: Clock) {
    this.#lastsMs = lastsMs;
    this.#clock = clock;
  }

  get isLikely(): boolean {
    return this.#clock.now() < this.#untilMs;
  }

  /** A sound has ended in which nothing was said. */
  wordless(): void {
    const now = this.#clock.now();
    this.#wordlessAt = [...this.#wordlessAt.filter((at) => now - at < REMEMBERED_MS), now].slice(-SOUNDS);
    if (this.#wordlessAt.length === SOUNDS || this.isLikely) this.lasting();
  }

  /** A sound goes on and on in which nothing was said. */
  lasting(): void {
    this.#untilMs = this.#clock.now() + this.#lastsMs;
  }

  /** Something was said. */
  words(): void {
    this.#wordlessAt = [];
    this.#untilMs = Number.NEGATIVE_INFINITY;
  }
}
