import { FINISHED, UNFINISHED } from '../../openai/end-mark.ts';

/** What models put around a mark: bold type, quotes, brackets. */
const AROUND = /[*_`"'“”‘’()[\]]/;
/** No more of it is waited through. */
const MOST_AROUND = 4;
/** Makes a symbol an emoji, or none. */
const VARIATION = /[\ufe0e\ufe0f]/;

/**
 * Cuts the marks out of an answer that say whether the caller has finished (`openai/end-mark.ts`), wherever they stand; the one
 * that it begins with counts. Reads each character once, and holds back none but spaces and what may stand around that mark.
 */
export class MarkFilter {
  #state: 'start' | 'cut' | 'text' = 'start';
  /** What stands before a mark at the beginning, if one comes. */
  #held = '';
  /** What is left of that to end behind the mark. */
  #closes = 0;
  #endsInSpace = true;
  #isFinished: boolean | undefined;
  #isKnown = false;

  /** Whether the mark is here, or cannot come any more. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** What the mark says; `undefined` where the answer begins with none. */
  get isFinished(): boolean | undefined {
    return this.#isFinished;
  }

  /** @param text - more of the answer, cut anywhere. */
  push(text: string): string {
    let out = '';
    for (const char of text) out += this.#read(char);
    return out;
  }

  /** The answer is complete. @returns what was held back */
  end(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }

  #read(char: string): string {
    if (char === FINISHED || char === UNFINISHED) return this.#cut(char === FINISHED);
    if (this.#state === 'cut') return this.#readAfter(char);
    if (this.#state === 'text') return this.#give(char);
    this.#held += char;
    const isSpace = char.trim() === '';
    if (isSpace || (AROUND.test(char) && this.#closes < MOST_AROUND)) {
      if (!isSpace) this.#closes += 1;
      return '';
    }
    this.#isKnown = true;
    return this.#give(this.end());
  }

  #cut(isFinished: boolean): string {
    if (!this.#isKnown) this.#isFinished = isFinished;
    this.#isKnown = true;
    this.#held = '';
    this.#state = 'cut';
    return '';
  }

  /** Behind a mark: what ends what began before it, and one space too many. */
  #readAfter(char: string): string {
    if (VARIATION.test(char)) return '';
    if (this.#closes > 0 && AROUND.test(char)) {
      this.#closes -= 1;
      return '';
    }
    if (this.#endsInSpace && char.trim() === '') return '';
    return this.#give(char);
  }

  #give(text: string): string {
    this.#state = 'text';
    this.#closes = 0;
    this.#endsInSpace = text.trimEnd().length < text.length;
    return text;
  }
}
