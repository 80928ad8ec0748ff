import { dotRule, mayStartAddress } from './abbreviations.ts';

/** What a text's last character is: the end of a sentence or clause, neither, or not to be told before more is here. */
export type Verdict = 'sentence' | 'clause' | 'no' | 'wait';

const SENTENCE_ENDS = '?!。！？؟۔।॥';
const CLAUSE_ENDS = ';…—；，、：،؛';

/**
 * @param text - spoken text (spoken.ts) that ends with the character in question.
 * @param rest - what follows; empty while unknown. One character decides, or two where the first is a space.
 */
export function judge(text: string, rest: string): Verdict {
  const mark = text.at(-1) ?? '';
  if (mark === '\n') return 'sentence';
  if (SENTENCE_ENDS.includes(mark))
    return isAddress(lastWord(text)) ? unlessGlued('sentence', rest) : 'sentence';
  if (mark === '.') return judgeDot(text, rest);
  const verdict = judgeClause(mark, text, rest);
  return verdict !== 'no' && isInBrackets(text) ? 'no' : verdict;
}

function judgeClause(mark: string, text: string, rest: string): Verdict {
  const before = text.at(-2) ?? '';
  if (CLAUSE_ENDS.includes(mark)) return 'clause';
  if (mark === ',') {
    if (before === '.') return 'no';
    if (!isFigure(before)) return 'clause';
    return rest === '' ? 'wait' : isFigure(rest) ? 'no' : 'clause';
  }
  if (mark === ':') return unlessGlued('clause', rest);
  if ((mark === '-' || mark === '–') && before === ' ' && !isFigure(text.at(-3))) {
    return unlessGlued('clause', rest);
  }
  return 'no';
}

function judgeDot(text: string, rest: string): Verdict {
  const word = lastWord(text).slice(0, -1);
  if (word.endsWith('.')) return rest === '' ? 'wait' : rest[0] === '.' ? 'no' : 'clause';
  const bare = word.replace(/^[\p{Ps}\p{Pi}"']+/u, '');
  const rule = dotRule(bare);
  if (rule === 'always' && isPlainWord(bare) && !mayStartAddress(wordBefore(text))) return 'sentence';
  if (rest === '') return 'wait';
  if (rest[0] === '\n') return 'sentence';
  if (!/[\s\p{Pe}\p{Pf}"']/u.test(rest[0] ?? '')) return 'no';
  // `1.` alone is the number of a list's item.
  if (rule === 'never' || /^\s*\d+\.$/.test(text)) return 'no';
  if (rule === 'always') return 'sentence';
  const next = rest[1];
  if (next === undefined) return 'wait';
  const goesOn = rule === 'before-figure' ? isFigure(next) : !/[\p{Lu}\p{Lo}]/u.test(next);
  return goesOn ? 'no' : 'sentence';
}

/** The verdict when white space follows; a mark inside an address, a time or a number is none. */
function unlessGlued(verdict: Verdict, rest: string): Verdict {
  if (rest === '') return 'wait';
  return /\s/.test(rest[0] ?? '') ? verdict : 'no';
}

/** Letters only, or ended by something that no number or address has before a dot: `(twice)`, `50%`. */
function isPlainWord(word: string): boolean {
  return /^\p{L}[\p{L}\p{M}'’-]+$/u.test(word) || (!isAddress(word) && /[^\p{L}\p{M}\p{N}]$/u.test(word));
}

const isFigure = (text: string | undefined) => /^\p{N}/u.test(text ?? '');
const isAddress = (word: string) => /:\/\/|@|^www\.|\p{L}\.\p{L}/iu.test(word);
const lastWord = (text: string) => text.split(/\s/).at(-1) ?? '';
const wordBefore = (text: string) => text.split(/\s+/).at(-2) ?? '';

function isInBrackets(text: string): boolean {
  return text.lastIndexOf('(') > text.lastIndexOf(')');
}
