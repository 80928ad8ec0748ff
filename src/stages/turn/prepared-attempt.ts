import type { TurnMark } from '../hooks.ts';

/**
 * Which attempt at an answer (`../attempt.ts`) is the one that was prepared last. The voice of one that was replaced may
 * still begin, and says nothing about its successor.
 */
export class PreparedAttempt {
  #attempt: number | undefined;

  /** An answer is prepared in place of any other: the one that the model is asked for next. */
  replace(): void {
    this.#attempt = undefined;
  }

  /** Whether it is the one that was prepared last. */
  is(attempt: number): boolean {
    return attempt === this.#attempt;
  }

  /** @returns whether the answer that was prepared last can be heard now. */
  mark(mark: TurnMark, attempt: number): boolean {
    if (mark === 'asked') this.#attempt = attempt;
    return mark === 'first-byte' && this.is(attempt);
  }
}
