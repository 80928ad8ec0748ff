/** No word that a voice is to speak is longer; scripts without spaces have no words to wait for. */
const MOST = 30;
const IN_WORD = /[\p{L}\p{M}\p{N}]/u;
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/**
 * Holds the last word of a text back until it is certain that it is whole: where the text breaks off, no half word is left.
 * The first one is not held, since nobody has heard anything yet.
 */
export class WholeWords {
  #held = '';
  #hasGiven = false;

  /** @returns what is certain now. */
  push(text: string): string {
    const all = this.#held + text;
    const at = this.#hasGiven ? lastWordAt(all) : all.length;
    this.#hasGiven ||= all !== '';
    this.#held = all.slice(at);
    return all.slice(0, at);
  }

  /** The text is complete. */
  end(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }
}

/** Looks at no more than the end, as the text grows by it. */
function lastWordAt(text: string): number {
  const least = Math.max(0, text.length - MOST);
  let at = text.length;
  while (at > least && isInWord(text.charAt(at - 1))) at -= 1;
  return at === least && least > 0 ? text.length : at;
}

const isInWord = (char: string): boolean => IN_WORD.test(char) && !UNSPACED.test(char);
