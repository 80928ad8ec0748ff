import { expect, test } from 'vitest';
import { judge } from '../../src/bench/judge.ts';

const FIRST = ['i', 'am', 'calling', 'because'];
const SECOND = ['my', 'bill', 'is', 'too', 'high'];
const WHOLE = [...FIRST, ...SECOND].join(' ');

test('an answer to all of it is no cut-off, however it is written', () => {
  const written = 'I am calling because… my bill is too high!';
  expect(judge([FIRST, SECOND], written, false)).toEqual({ cutOff: undefined, missing: [] });
});

test('an answer to what came before the pause is one', () => {
  expect(judge([FIRST, SECOND], FIRST.join(' '), false)).toEqual({
    cutOff: 'first part only',
    missing: SECOND,
  });
});

test('so is one to what came after it, and one that lacks the end', () => {
  expect(judge([FIRST, SECOND], SECOND.join(' '), false).cutOff).toBe('first part only');
  expect(judge([FIRST, SECOND], WHOLE.replace(' high', ''), false).cutOff).toBe('first part only');
});

test('a word lost in the middle is missing, not a cut-off', () => {
  expect(judge([FIRST, SECOND], WHOLE.replace('bill ', ''), false)).toEqual({
    cutOff: undefined,
    missing: ['bill'],
  });
});

test('speaking before the caller ended is one, whatever was answered', () => {
  expect(judge([FIRST, SECOND], WHOLE, true).cutOff).toBe('talked over');
  expect(judge([FIRST, SECOND], undefined, true).cutOff).toBe('talked over');
});

test('where it is not known what was answered, nothing is claimed', () => {
  expect(judge([FIRST, SECOND], undefined, false)).toEqual({ cutOff: undefined, missing: [] });
});

test('the same word said twice has to be there twice', () => {
  expect(judge([['saya'], ['saya']], 'saya', false).cutOff).toBe('first part only');
});
