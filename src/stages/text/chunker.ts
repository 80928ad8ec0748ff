import { boundaryAt } from './boundary.ts';
import { Passage, type Place, wordsIn } from './passage.ts';
import { SpokenText } from './spoken.ts';

/** What one request asks the voice to speak. */
export interface Chunk {
  /** Spoken text on one line; holds a letter or a figure. */
  text: string;
  /** Whether a sentence is complete with it. */
  endsSentence: boolean;
}

export interface ChunkerOptions {
  /** Words of the first chunk, at most, when no clause ends before. */
  firstWords: number;
}

/** A place to cut a passage. */
interface Cut {
  /** Characters before it. */
  at: number;
  /** Words before it. */
  words: number;
  endsSentence: boolean;
}

/** Once so many words are said, the voice has time: chunks are sentences. */
const RAMP_WORDS = 14;
/** The second chunk may be so long, and two words longer for each that is being said meanwhile. */
const NEXT_WORDS = 10;
/** A shorter clause is not worth a request, unless nothing was said yet. */
const CLAUSE_WORDS = 3;
/** Shorter sentences are spoken together, for their melody. */
const SENTENCE_WORDS = 4;
/** From here on a clause ends a chunk inside a long sentence. */
const LONG_WORDS = 16;
const MOST_WORDS = 40;

/** So long a chunk is cut wherever it is; two words longer than any other, unless one is very long. */
const MOST_CHARACTERS = 1000;

/**
 * Cuts an answer into what is sent to the voice, while the model writes it. The first chunk ends at the first clause,
 * or after `firstWords`; the next ones may be longer the more was said before, because so long the voice has to speak;
 * then chunks are sentences. A chunk is given as soon as its end is certain, and is the same however the text came in
 * pieces. A chunk has at most 1,000 characters; as many without a letter or a figure are dropped.
 */
export class Chunker {
  readonly #firstWords: number;
  readonly #spoken = new SpokenText();
  #passage = new Passage();
  /** Where the passage may be cut once more is known of what follows. */
  #undecided: (Cut & { place: Place }) | undefined;
  /** The last good place to cut that was passed. */
  #soft: Cut | undefined;
  #wordsSaid = 0;
  #chunks: Chunk[] = [];

  constructor({ firstWords }: ChunkerOptions) {
    this.#firstWords = firstWords;
  }

  /** @param written - more of what the model writes, cut anywhere. */
  push(written: string): Chunk[] {
    for (const char of this.#spoken.push(written)) this.#read(char);
    return this.#take();
  }

  /** For when nothing more came for a while: what can be said without cutting a clause, or an amount (`RM 12.`…`50`). */
  release(): Chunk[] {
    const undecided = this.#undecided;
    if (undecided && !/\p{N}/u.test(undecided.place.before)) this.#cut(undecided.at, true);
    else if (this.#soft) this.#cut(this.#soft.at, this.#soft.endsSentence);
    return this.#take();
  }

  /** The answer is complete: all that is left. */
  end(): Chunk[] {
    for (const char of this.#spoken.end()) this.#read(char);
    this.#cut(this.#passage.text.length, true);
    return this.#take();
  }

  #take(): Chunk[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  #read(char: string): void {
    if (!this.#decide(char)) {
      this.#passage.add(char);
      return;
    }
    const place = this.#passage.placeOf(char);
    const boundary = boundaryAt(place, '');
    if (boundary === 'no') this.#limitBefore(char);
    this.#passage.add(char);
    const { words } = this.#passage;
    const at = this.#passage.text.length;
    const cut = { at, words, endsSentence: boundary === 'sentence' };
    if (boundary === 'wait') this.#undecided = { ...cut, place };
    else if (boundary !== 'no') this.#passBoundary(cut);
    if (this.#passage.text.length >= MOST_CHARACTERS) this.#cutAnywhere();
  }

  /** @returns whether nothing waits for what follows any more, now that the next character is here. */
  #decide(char: string): boolean {
    if (!this.#undecided) return true;
    const { at, words, place } = this.#undecided;
    const boundary = boundaryAt(place, this.#passage.text.slice(at) + char);
    if (boundary === 'wait') return false;
    this.#undecided = undefined;
    if (boundary !== 'no') this.#passBoundary({ at, words, endsSentence: boundary === 'sentence' });
    return true;
  }

  #passBoundary(cut: Cut): void {
    if (cut.words === 0) return;
    if (cut.words >= this.#wordsWanted(cut.endsSentence)) this.#cut(cut.at, cut.endsSentence);
    else this.#soft = cut;
  }

  #wordsWanted(endsSentence: boolean): number {
    const isHurried = this.#wordsSaid < RAMP_WORDS;
    if (endsSentence) return isHurried ? 0 : SENTENCE_WORDS;
    if (this.#wordsSaid === 0) return 0;
    return isHurried ? CLAUSE_WORDS : LONG_WORDS;
  }

  /** Cuts before the word that begins with the next character, if there are too many before it. */
  #limitBefore(char: string): void {
    const next = Math.min(NEXT_WORDS + 2 * this.#wordsSaid, MOST_WORDS);
    const limit = this.#wordsSaid === 0 ? this.#firstWords : next;
    const { words } = this.#passage;
    if (words < limit || !this.#passage.isStartOfWord(char)) return;
    if (this.#soft || this.#passage.goodPlace() > 0 || words >= 2 * limit) this.#cutAnywhere();
  }

  /** Cuts at the best place there is. */
  #cutAnywhere(): void {
    const { at, endsSentence } = this.#soft ?? { at: this.#passage.goodPlace(), endsSentence: false };
    this.#cut(at || this.#passage.text.length, endsSentence);
  }

  #cut(at: number, endsSentence: boolean): void {
    const text = polished(this.#passage.text.slice(0, at));
    this.#passage = new Passage(this.#passage.text.slice(at));
    this.#undecided = undefined;
    this.#soft = undefined;
    const words = wordsIn(text);
    if (words === 0) return;
    this.#wordsSaid += words;
    this.#chunks.push({ text, endsSentence });
  }
}

/** On one line, without what belongs to the chunk before: its closing quote, a second exclamation mark. */
function polished(text: string): string {
  return text
    .replace(/^(?:[\s\p{Pe}\p{Pf}"'’!?,;:…。，、！？；：]|\.(?!\d)|[–—-](?!\d))+/u, '')
    .replace(/(?<=[\p{L}\p{M}\p{N}\p{Pe}\p{Pf}%])\s*\n\s*(?=\S)/gu, ', ')
    .replace(/https?:\/\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ (?=[,.;:!?](?:\s|$))/g, '')
    .trim();
}
