import { type Clock, systemClock } from './clock.ts';
import type { Answer } from './exchange.ts';

const BEGIN_BYTES = 4096;
/** After the last event of an answer, its connection has so long to end in order, and so to serve the next request. */
const END_WITHIN_MS = 250;

/** The bytes of a streamed answer, to be read once. */
export class AnswerBytes implements AsyncIterable<Uint8Array> {
  /** Set when all of the answer has come: what follows is read, though nobody looks at it. */
  isComplete = false;
  readonly #answer: Answer;
  readonly #clock: Clock;
  readonly #begin: Uint8Array[] = [];
  #bytes = 0;

  constructor(answer: Answer, clock: Clock = systemClock) {
    this.#answer = answer;
    this.#clock = clock;
  }

  /** The first bytes as text, without white space around it. */
  get begin(): string {
    return new TextDecoder().decode(Buffer.concat(this.#begin)).trim();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const chunks = this.#answer.body[Symbol.asyncIterator]();
    return {
      next: async () => {
        const next = await chunks.next();
        if (next.done !== true) this.#keep(next.value);
        return next;
      },
      return: async () => {
        if (this.isComplete) await this.#readOn(chunks);
        else this.#answer.close();
        return { done: true, value: undefined };
      },
    };
  }

  /** A connection that is closed before the end of its answer cannot be used again. */
  async #readOn(chunks: AsyncIterator<Uint8Array>): Promise<void> {
    const stopTimer = this.#clock.after(END_WITHIN_MS, () => this.#answer.close());
    try {
      while ((await chunks.next()).done !== true);
    } catch {
      // The answer is here.
    } finally {
      stopTimer();
    }
  }

  #keep(chunk: Uint8Array): void {
    if (this.#bytes < BEGIN_BYTES) this.#begin.push(chunk.subarray(0, BEGIN_BYTES - this.#bytes));
    this.#bytes += chunk.length;
  }
}
