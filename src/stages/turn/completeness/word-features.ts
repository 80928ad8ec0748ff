import { completenessOf, wordsOf } from '../words.ts';

/** Places of the hashed features. */
export const BUCKETS = 4096;

/** What is known of a text beside its single words; the order is the model's. */
export const TEXT_FEATURES = [
  'ends with a full stop',
  'ends with a question mark',
  'ends with a comma or dots',
  'one to three words',
  'ends with digits',
  'digits at the end',
  'unknown words at the end',
  'lists: unfinished',
  'lists: question',
] as const;

/** Where the parts of a text that may tell its end stand among the hashed features: its last words, and how it begins. */
export function bucketsOf(text: string): number[] {
  const words = wordsOf(text).map((word) => (/\d/.test(word) ? '0' : word));
  const [last = '', before = '', third = ''] = words.toReversed();
  const mark = /[.?!,…]$/.exec(text.trim())?.[0] ?? '';
  const parts = [
    `1 ${last}`,
    `2 ${before} ${last}`,
    `3 ${third} ${before} ${last}`,
    `b ${before}`,
    `s2 ${last.slice(-2)}`,
    `s3 ${last.slice(-3)}`,
    `l ${Math.min(8, last.length)}`,
    `f ${words[0] ?? ''}`,
    `ff ${words[0] ?? ''} ${words[1] ?? ''}`,
    `m ${mark} ${last}`,
    ...new Set(words.slice(0, -1).map((word) => `w ${word}`)),
  ];
  return parts.map(bucketOf);
}

/** @param isKnown - whether a place is one of a word that was learned. */
export function textFeaturesOf(text: string, isKnown: (bucket: number) => boolean): number[] {
  const trimmed = text.trim();
  const words = wordsOf(trimmed);
  const lists = completenessOf(trimmed);
  const [, digits = ''] = /([\d\s-]+)[.?!,]*$/.exec(trimmed.slice(-40)) ?? [];
  const count = digits.replace(/\D/g, '').length;
  const unknown = words.slice(-3).filter((word) => !isKnown(knownBucket(word))).length;
  const flag = (is: boolean) => (is ? 1 : 0);
  return [
    flag(/[^.][.!]$/.test(trimmed)),
    flag(trimmed.endsWith('?')),
    flag(/,$|\.\.\.$|…$/.test(trimmed)),
    flag(words.length <= 3),
    flag(count > 0),
    Math.min(12, count) / 8,
    unknown / Math.max(1, Math.min(3, words.length)),
    flag(lists === 'unfinished'),
    flag(lists === 'question'),
  ];
}

/** Where it is remembered that a word was learned from. */
export const knownBucket = (word: string): number => bucketOf(`k ${word}`);

/** FNV-1a. */
function bucketOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % BUCKETS;
}
