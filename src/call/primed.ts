import { createHash } from 'node:crypto';
import { type Clock, systemClock } from '../openai/clock.ts';

/** A server under load drops what it has read for others; so long it usually keeps it. */
const KEPT_FOR_MS = 5 * 60_000;

/** What the chat model was asked to read lately, by any call of this process: servers keep that (prefix caching). */
export class Primed {
  readonly #clock: Clock;
  /** When each was read, oldest first. */
  readonly #readAtMs = new Map<string, number>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /**
   * Whether this is to be read now: not where another call had it read lately, or does just now.
   *
   * @param text - all that the request depends on.
   */
  claim(text: string): boolean {
    const now = this.#clock.now();
    for (const [key, atMs] of this.#readAtMs) {
      if (now - atMs < KEPT_FOR_MS) break;
      this.#readAtMs.delete(key);
    }
    const key = keyOf(text);
    if (this.#readAtMs.has(key)) return false;
    this.#readAtMs.set(key, now);
    return true;
  }

  /** It was not read after all. */
  forget(text: string): void {
    this.#readAtMs.delete(keyOf(text));
  }
}

/** Short: a prompt that is filled for each caller would be kept in full. */
const keyOf = (text: string) => createHash('sha256').update(text).digest('base64');
