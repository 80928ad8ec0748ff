import { leadsOn } from './leads-on.ts';

/** What tells whether a text ends where a character stands; all of bounded length. */
export interface Place {
  /** The character in question, and the two before it; empty where there is none. */
  mark: string;
  before: string;
  beforeThat: string;
  /** The word that the mark ends, without it; its last characters, if it is long. */
  word: string;
  /** Whether that word is a web or mail address. */
  isAddress: boolean;
  wordBefore: string;
  isInBrackets: boolean;
}

/** No abbreviation, and no word that leads on, is longer. */
const WORD_TAIL = 64;
const ADDRESS_END = /@$|:\/\/$|\p{L}\.\p{L}$/u;
const CJK = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u;

/**
 * Spoken text that waits for the end of its chunk. What the chunker asks of it is kept up to date with each character,
 * so that no question reads the text again.
 */
export class Passage {
  readonly #count = new WordCount();
  #text = '';
  #last = '';
  #lastButOne = '';
  #word = '';
  #isAddress = false;
  #wordBefore = '';
  #isInBrackets = false;
  /** Words so far, and pieces of white space between them. */
  #parts = 0;
  /** Behind the last word that may end a chunk: the one before the last, the first excepted; and the last. */
  #goodBefore = 0;
  #good = 0;
  /** Behind the last complete word, when it may end a chunk. */
  #goodEnd: number | undefined;

  constructor(text = '') {
    for (const char of text) this.add(char);
  }

  get text(): string {
    return this.#text;
  }

  /** Words, or what takes as long to say in scripts that do not part them. 0: nothing to say. */
  get words(): number {
    return this.#count.words;
  }

  add(char: string): void {
    if (/\s/.test(char)) this.#endWord();
    else this.#addToWord(char);
    if (char === '(') this.#isInBrackets = true;
    if (char === ')') this.#isInBrackets = false;
    this.#text += char;
    this.#lastButOne = this.#last;
    this.#last = char;
    this.#count.add(char);
  }

  /** The place of a character that would come next. */
  placeOf(char: string): Place {
    return {
      mark: char,
      before: this.#last,
      beforeThat: this.#lastButOne,
      word: this.#word,
      isAddress: this.#isAddress,
      wordBefore: this.#wordBefore,
      isInBrackets: this.#isInBrackets,
    };
  }

  /** Whether a word begins with this character. */
  isStartOfWord(char: string): boolean {
    return /\S/.test(char) && (/\s/.test(this.#last) || (CJK.test(char) && CJK.test(this.#last)));
  }

  /** Length up to the last word that may end a chunk; 0 when there is none but the first. */
  goodPlace(): number {
    if (this.#word === '') return this.#goodEnd ?? this.#goodBefore;
    return leadsOn(this.#word) ? this.#good : this.#text.length;
  }

  #addToWord(char: string): void {
    this.#word = (this.#word + char).slice(-WORD_TAIL);
    this.#isAddress ||=
      ADDRESS_END.test(this.#word.slice(-6)) || (char === '.' && this.#word.toLowerCase() === 'www.');
  }

  #endWord(): void {
    const isGood = !leadsOn(this.#word);
    if (this.#word !== '') {
      this.#goodEnd = isGood ? this.#text.length : undefined;
      this.#goodBefore = this.#good;
      this.#wordBefore = this.#word;
    }
    if (isGood && this.#parts > 0) this.#good = this.#text.length + 1;
    this.#parts += 1;
    this.#word = '';
    this.#isAddress = false;
  }
}

/** Counts words while their characters come. */
class WordCount {
  #length = 0;
  #cjk = 0;
  #words = 0;
  #isInWord = false;

  add(char: string): void {
    this.#length += char.length;
    if (CJK.test(char)) {
      this.#cjk += 1;
      this.#isInWord = false;
    } else if (/\s/.test(char)) this.#isInWord = false;
    else if (!this.#isInWord && /[\p{L}\p{N}]/u.test(char)) {
      this.#words += 1;
      this.#isInWord = true;
    }
  }

  get words(): number {
    if (this.#words + this.#cjk === 0) return 0;
    return Math.max(this.#words + this.#cjk / 2, this.#length / 10);
  }
}

/** Words of a whole text, as `Passage` counts them. */
export function wordsIn(text: string): number {
  const count = new WordCount();
  for (const char of text) count.add(char);
  return count.words;
}
