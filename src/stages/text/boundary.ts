import { dotRule, mayStartAddress } from './abbreviations.ts';
import type { Place } from './passage.ts';

/** What a text's last character ends: a sentence, a clause, nothing (`no`), or unknown before more is here (`wait`). */
export type Boundary = 'sentence' | 'clause' | 'no' | 'wait';

const SENTENCE_ENDS = '?!。！？؟۔।॥';
const CLAUSE_ENDS = ';…—；，、：،؛';

/**
 * @param place - a character of spoken text (spoken.ts), and what stands before it.
 * @param rest - what follows; empty while unknown. One character decides, or two where the first is a space.
 */
export function boundaryAt(place: Place, rest: string): Boundary {
  const { mark } = place;
  if (mark === '\n') return 'sentence';
  if (SENTENCE_ENDS.includes(mark)) return place.isAddress ? unlessGlued('sentence', rest) : 'sentence';
  if (mark === '.') return boundaryAtDot(place, rest);
  return place.isInBrackets ? 'no' : boundaryOfClause(place, rest);
}

function boundaryOfClause({ mark, before, beforeThat }: Place, rest: string): Boundary {
  if (CLAUSE_ENDS.includes(mark)) return 'clause';
  if (mark === ',') {
    if (before === '.') return 'no';
    if (!isFigure(before)) return 'clause';
    return rest === '' ? 'wait' : isFigure(rest) ? 'no' : 'clause';
  }
  if (mark === ':') return unlessGlued('clause', rest);
  if ((mark === '-' || mark === '–') && before === ' ' && !isFigure(beforeThat)) {
    return unlessGlued('clause', rest);
  }
  return 'no';
}

function boundaryAtDot({ word, isAddress, wordBefore }: Place, rest: string): Boundary {
  if (word.endsWith('.')) return rest === '' ? 'wait' : rest[0] === '.' ? 'no' : 'clause';
  const bare = word.replace(/^[\p{Ps}\p{Pi}"']+/u, '');
  const rule = dotRule(bare);
  if (rule === 'always' && !isAddress && isPlainWord(bare) && !mayStartAddress(wordBefore)) return 'sentence';
  if (rest === '') return 'wait';
  if (rest[0] === '\n') return 'sentence';
  if (!/[\s\p{Pe}\p{Pf}"']/u.test(rest[0] ?? '')) return 'no';
  // `1.` alone is the number of a list's item.
  if (rule === 'never' || (wordBefore === '' && /^\d+$/.test(word))) return 'no';
  if (rule === 'always') return 'sentence';
  const next = rest[1];
  if (next === undefined) return 'wait';
  const goesOn = rule === 'before-figure' ? isFigure(next) : !/[\p{Lu}\p{Lo}]/u.test(next);
  return goesOn ? 'no' : 'sentence';
}

/** The boundary where white space follows; a mark inside an address, a time or a number is none. */
function unlessGlued(boundary: Boundary, rest: string): Boundary {
  if (rest === '') return 'wait';
  return /\s/.test(rest[0] ?? '') ? boundary : 'no';
}

/** Letters only, or ended by something that no number or address has before a dot: `(twice)`, `50%`. */
function isPlainWord(word: string): boolean {
  return /^\p{L}[\p{L}\p{M}'’-]+$|[^\p{L}\p{M}\p{N}]$/u.test(word);
}

const isFigure = (text: string) => /^\p{N}/u.test(text);
