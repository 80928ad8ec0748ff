/** Whether a dot after a word ends a sentence there. */
export type DotRule =
  /** Never: a name or a word follows. */
  | 'never'
  /** Unless a figure follows. */
  | 'before-figure'
  /** Only when what follows starts with a capital. */
  | 'before-capital'
  | 'always';

const words = (list: string) => new Set(list.split(/\s+/));

const NEVER = words(
  `dr mr mrs ms mdm prof st hon rev gen capt sdr sdri tn pn en ir hj hjh dato datuk sdn jln jl lrg tmn kg bt sg
   e.g i.e eg ie vs viz cf approx cth spt mis w.r.t`,
);
const BEFORE_FIGURE = words(
  'no nos nr bil tel ext hp fax p pp ch vol fig lot blk jan feb mac mar apr jun jul aug ogo sep sept okt oct nov dis dec',
);
const BEFORE_CAPITAL = words('bhd inc ltd co corp jr sr etc dll dsb am pm est dept govt min hr hrs');

/** @param word - what stands before the dot, without brackets and quotes around it. */
export function dotRule(word: string): DotRule {
  const lower = word.toLowerCase();
  if (NEVER.has(lower)) return 'never';
  if (BEFORE_FIGURE.has(lower)) return 'before-figure';
  // `p.m`, `U.S`
  if (BEFORE_CAPITAL.has(lower) || /^(?:\p{L}\.)+\p{L}$/u.test(word)) return 'before-capital';
  // The initial of a name; `I` is mostly a word.
  if (/^\p{Lu}$/u.test(word) && word !== 'I') return 'never';
  return 'always';
}

/**
 * After these a word and its dot may be the start of an address (`visit example.com`), so the next character has to be
 * seen.
 */
const BEFORE_ADDRESS = words(
  'visit at to on from via website site page portal link url email e-mail layari lawati laman di ke dari emel',
);

export function mayStartAddress(wordBefore: string): boolean {
  return BEFORE_ADDRESS.has(wordBefore.toLowerCase().replace(/[^\p{L}-]/gu, ''));
}
