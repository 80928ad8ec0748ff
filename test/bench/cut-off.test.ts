import { expect, test } from 'vitest';
import { cutOffOf } from '../../src/bench/cut-off.ts';

const FIRST = ['i', 'am', 'calling', 'because'];
const SECOND = ['my', 'bill', 'is', 'too', 'high'];
const WHOLE = [...FIRST, ...SECOND].join(' ');

test('an answer to all of it is no cut-off, however it is written', () => {
  const written = 'I am calling because… my bill is too high!';
  expect(cutOffOf([FIRST, SECOND], written, false)).toEqual({ cutOff: undefined, missing: [] });
});

test('an answer to what came before the pause is one', () => {
  expect(cutOffOf([FIRST, SECOND], FIRST.join(' '), false)).toEqual({
    cutOff: 'first part only',
    missing: SECOND,
  });
});

test('so is one to what came after it, and one that lacks the end', () => {
  expect(cutOffOf([FIRST, SECOND], SECOND.join(' '), false).cutOff).toBe('first part only');
  expect(cutOffOf([FIRST, SECOND], WHOLE.replace(' high', ''), false).cutOff).toBe('first part only');
});

test('a word lost in the middle is missing, not a cut-off', () => {
  expect(cutOffOf([FIRST, SECOND], WHOLE.replace('bill ', ''), false)).toEqual({
    cutOff: undefined,
    missing: ['bill'],
  });
});

test('speaking before the caller ended is one, whatever was answered', () => {
  expect(cutOffOf([FIRST, SECOND], WHOLE, true).cutOff).toBe('talked over');
  expect(cutOffOf([FIRST, SECOND], undefined, true).cutOff).toBe('talked over');
});

test('where it is not known what was answered, nothing is claimed', () => {
  expect(cutOffOf([FIRST, SECOND], undefined, false)).toEqual({ cutOff: undefined, missing: [] });
});

test('the same word said twice has to be there twice', () => {
  expect(cutOffOf([['saya'], ['saya']], 'saya', false).cutOff).toBe('first part only');
});
