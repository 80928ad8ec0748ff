import { judge } from './boundary.ts';
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

/** A chunk that ended with one of these, a figure or an abbreviation would sound cut off. */
const LEADS_ON = new Set(
  `a an the this that these those my your his her its our their no and or but nor so because if when while until who
   whose which where of to in on upon at by for from with into over under after before between about as than is are was were be am will can could would should may has have
   had do does did not very more rm dan atau tetapi tapi kerana sebab jika kalau bila hingga sehingga yang di ke dari
   daripada pada kepada untuk dengan oleh dalam akan telah sudah boleh tidak tak sangat lebih adalah ialah
   zero one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy eighty
   ninety hundred thousand million point ringgit kosong sifar satu dua tiga empat lima enam tujuh lapan sembilan
   sepuluh sebelas puluh belas ratus seratus ribu seribu juta`.split(/\s+/),
);

/**
 * Cuts an answer into what is sent to the voice, while the model writes it. The first chunk ends at the first clause,
 * or after `firstWords`; the next ones may be longer the more was said before, because so long the voice has to speak;
 * then chunks are sentences. A chunk is given as soon as its end is certain, and is the same however the text came in
 * pieces.
 */
export class Chunker {
  readonly #firstWords: number;
  readonly #spoken = new SpokenText();
  #text = '';
  /** Where `#text` may be cut once more is known of what follows. */
  #undecidedAt: number | undefined;
  /** The last good place to cut that was passed. */
  #softAt = 0;
  #softEndsSentence = false;
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
    const at = this.#undecidedAt ?? 0;
    if (at > 0 && !/\p{N}.$/u.test(this.#text.slice(0, at))) this.#cut(at, true);
    else if (this.#softAt > 0) this.#cut(this.#softAt, this.#softEndsSentence);
    return this.#take();
  }

  /** The answer is complete: all that is left. */
  end(): Chunk[] {
    for (const char of this.#spoken.end()) this.#read(char);
    this.#cut(this.#text.length, true);
    return this.#take();
  }

  #take(): Chunk[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  #read(char: string): void {
    this.#text += char;
    if (this.#undecidedAt !== undefined) {
      const at = this.#undecidedAt;
      const verdict = judge(this.#text.slice(0, at), this.#text.slice(at));
      if (verdict === 'wait') return;
      this.#undecidedAt = undefined;
      if (verdict !== 'no') this.#passBoundary(at, verdict === 'sentence');
    }
    const verdict = judge(this.#text, '');
    if (verdict === 'wait') this.#undecidedAt = this.#text.length;
    else if (verdict !== 'no') this.#passBoundary(this.#text.length, verdict === 'sentence');
    else this.#limit();
  }

  #passBoundary(at: number, endsSentence: boolean): void {
    const words = wordsIn(this.#text.slice(0, at));
    if (words === 0) return;
    if (words >= this.#wordsWanted(endsSentence)) this.#cut(at, endsSentence);
    else {
      this.#softAt = at;
      this.#softEndsSentence = endsSentence;
    }
  }

  #wordsWanted(endsSentence: boolean): number {
    const isHurried = this.#wordsSaid < RAMP_WORDS;
    if (endsSentence) return isHurried ? 0 : SENTENCE_WORDS;
    if (this.#wordsSaid === 0) return 0;
    return isHurried ? CLAUSE_WORDS : LONG_WORDS;
  }

  /** Cuts before the word that begins with the last character, if there are too many before it. */
  #limit(): void {
    const char = this.#text.slice(-1);
    const text = this.#text.slice(0, -1);
    const before = text.slice(-1);
    const startsWord = /\S/.test(char) && (/\s/.test(before) || (CJK.test(char) && CJK.test(before)));
    const next = Math.min(NEXT_WORDS + 2 * this.#wordsSaid, MOST_WORDS);
    const limit = this.#wordsSaid === 0 ? this.#firstWords : next;
    const words = startsWord ? wordsIn(text) : 0;
    if (words < limit) return;
    const at = withoutLeadingOn(text).length;
    if (this.#softAt > 0) this.#cut(this.#softAt, this.#softEndsSentence);
    else if (at > 0 || words >= 2 * limit) this.#cut(at || text.length, false);
  }

  #cut(at: number, endsSentence: boolean): void {
    const text = polished(this.#text.slice(0, at));
    this.#text = this.#text.slice(at);
    this.#undecidedAt = undefined;
    this.#softAt = 0;
    const words = wordsIn(text);
    if (words === 0) return;
    this.#wordsSaid += words;
    this.#chunks.push({ text, endsSentence });
  }
}

const CJK = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u;
const ALL_CJK = new RegExp(CJK, 'gu');

/** Words, or what takes as long to say in scripts that do not part them. 0: nothing to say. */
function wordsIn(text: string): number {
  const cjk = text.match(ALL_CJK)?.length ?? 0;
  const words = text.replace(ALL_CJK, ' ').match(/\S*[\p{L}\p{N}]\S*/gu)?.length ?? 0;
  return words + cjk === 0 ? 0 : Math.max(words + cjk / 2, text.length / 10);
}

/** The text up to the last word that may end a chunk; empty when there is none but the first. */
function withoutLeadingOn(text: string): string {
  const words = text.trimEnd().split(/(?<=\s)/);
  const leadsOn = (word: string) =>
    /[\p{N}.]\s*$/u.test(word) || LEADS_ON.has(word.toLowerCase().replace(/(?:-.*|\s+)$/s, ''));
  const last = words.findLastIndex((word) => !leadsOn(word));
  return last < 1 && words.length > 1 ? '' : words.slice(0, last + 1).join('');
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
