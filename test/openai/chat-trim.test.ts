import { expect, test } from 'vitest';
import { type Entry, RESULT_LEFT_OUT, trimOf } from '../../src/openai/chat-trim.ts';

/** `s`ystem, `u`ser, `a`ssistant, `t`ool; each of 100 characters. */
const entries = (roles: string, chars = 100): Entry[] =>
  [...roles].map((letter) => ({
    role: ({ s: 'system', u: 'user', a: 'assistant', t: 'tool' } as const)[letter] ?? 'user',
    chars,
  }));

/** What is left; a result that was emptied is `-`. */
function left(roles: string, excessChars: number): string {
  const { dropped, emptied } = trimOf(entries(roles), excessChars);
  return [...roles].map((role, at) => (dropped.has(at) ? '' : emptied.has(at) ? '-' : role)).join('');
}

test('whole exchanges go, oldest first, and what is left begins with the caller', () => {
  expect(left('sauauau', 1)).toBe('suauau');
  expect(left('sauauau', 101)).toBe('suau');
  expect(left('sauauau', 301)).toBe('su');
  expect(left('suauau', 1)).toBe('suau');
});

test('instructions and the last turn stay, however long they are', () => {
  expect(left('sauasuau', 10_000)).toBe('ssu');
  expect(left('sauatau', 10_000)).toBe('su');
  expect(left('sauat', 10_000)).toBe('suat');
  expect(left('sa', 10_000)).toBe('sa');
  expect(left('', 10_000)).toBe('');
});

test('results of tools go before what was said, and keep their place', () => {
  expect(left('suatauatau', 80)).toBe('sua-auatau');
  expect(left('suatauatau', 100)).toBe('sua-aua-au');
  expect(left('suatauatau', 200)).toBe('sua-au');
  expect(left('suatauatau', 10_000)).toBe('su');
});

test('results of the last turn are what it is about', () => {
  expect(left('suauat', 50)).toBe('suat');
});

test('a result that is short already stays', () => {
  const short = [
    ...entries('su'),
    { role: 'tool' as const, chars: RESULT_LEFT_OUT.length },
    ...entries('au'),
  ];
  expect(trimOf(short, 1).emptied.size).toBe(0);
});

test('what a caller said in pieces goes or stays as one', () => {
  expect(left('suuauua', 1)).toBe('suua');
});
