import { SpokenText } from './text/spoken.ts';

/** Holds an answer back until there is something in it to speak: a letter or digit outside markup and code. */
export class SpeakableText {
  readonly #spoken = new SpokenText();
  #held: string[] = [];
  #isOpen = false;

  /** Whether something can be spoken; from then on everything passes. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** @returns what passes now, all that was held before it included. */
  push(written: string): string {
    if (this.#isOpen) return written;
    this.#held.push(written);
    this.#open(this.#spoken.push(written));
    return this.#isOpen ? this.#take() : '';
  }

  /** The answer is complete: a last character may have been in doubt. */
  end(): string {
    if (this.#isOpen) return '';
    this.#open(this.#spoken.end());
    return this.#isOpen ? this.#take() : '';
  }

  #open(spoken: string): void {
    this.#isOpen = /[\p{L}\p{N}]/u.test(spoken);
  }

  #take(): string {
    const all = this.#held.join('');
    this.#held = [];
    return all;
  }
}
