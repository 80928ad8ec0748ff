import { expect, test } from 'vitest';
import { endingOf, expectedEnding, judgedEnding } from '../../../src/stages/turn/ending.ts';
import type { TurnPolicy } from '../../../src/stages/turn/roles.ts';

const policy = {
  minEndpointingMs: 480,
  statementEndpointingMs: 800,
  maxEndpointingMs: 1500,
  useWords: true,
} as TurnPolicy;

const QUESTION = 'What is my balance?';
const STATEMENT = 'My contract ends in May.';
const UNFINISHED = 'I would like to';
const held = { prepareMs: 0, readyMs: 1500, endMs: 1500 };
const unfinished = { ...held, prepareMs: 1000 };
const asked = { prepareMs: 0, readyMs: 480, endMs: 800 };
const told = { ...asked, readyMs: 800 };

test.each([
  [QUESTION, undefined, asked],
  [QUESTION, true, asked],
  [QUESTION, false, held],
  [STATEMENT, undefined, told],
  [STATEMENT, true, asked],
  [STATEMENT, false, held],
  [UNFINISHED, undefined, unfinished],
  // The words are surer than the sound.
  [UNFINISHED, true, unfinished],
  [UNFINISHED, false, unfinished],
])('«%s», sounding over: %s', (text, soundsOver, ending) => {
  expect(endingOf(text, soundsOver, policy)).toEqual(ending);
});

test.each([
  [UNFINISHED, undefined, asked],
  [STATEMENT, undefined, asked],
  [UNFINISHED, false, held],
])('words switched off: «%s», sounding over: %s', (text, soundsOver, ending) => {
  expect(endingOf(text, soundsOver, { ...policy, useWords: false })).toEqual(ending);
});

test('the surer that a caller has finished, the sooner their turn ends', () => {
  const learned = { ...policy, unsureEndpointingMs: 1200 };
  const ends = (finished: number) => judgedEnding(finished, learned);
  expect(ends(1)).toEqual(asked);
  expect(ends(0.6)).toEqual(told);
  expect(ends(0.925)).toEqual({ ...told, readyMs: 640 });
  expect(ends(0.28)).toEqual(told);
  expect(ends(0.27).endMs).toBeGreaterThan(1000);
  expect(ends(0.03)).toEqual({ prepareMs: 0, readyMs: 1200, endMs: 1200 });
  expect(ends(0.01)).toEqual(held);
  for (let finished = 0.01; finished <= 1; finished += 0.01)
    expect(ends(finished).readyMs).toBeLessThanOrEqual(ends(finished - 0.01).readyMs);
});

const known = { policy, soundsOver: undefined, wasCutOff: false };

test.each([
  [UNFINISHED, true, asked],
  [STATEMENT, true, asked],
  [STATEMENT, false, held],
  [QUESTION, false, held],
  // Asked early, so that it can say that these words are all.
  [UNFINISHED, 'awaited', held],
  [STATEMENT, 'awaited', told],
  [UNFINISHED, undefined, unfinished],
  ['', false, endingOf('', undefined, policy)],
] as const)('«%s», finished as the chat model says: %s', (text, finished, ending) => {
  expect(expectedEnding(text, { ...known, finished })).toEqual(ending);
});

test('the chat model is heeded before the learned judge, and a caller who was cut off waits whatever it says', () => {
  const judge = { push() {}, reset() {}, judge: () => 0 };
  expect(expectedEnding(STATEMENT, { ...known, judge, finished: true })).toEqual(asked);
  expect(expectedEnding(STATEMENT, { ...known, finished: true, wasCutOff: true })).toEqual(held);
});

test('where it cannot be told, nobody is answered sooner than anybody', () => {
  const { endMs } = judgedEnding(0.1, { ...policy, statementEndpointingMs: 1400, unsureEndpointingMs: 1000 });
  expect(endMs).toBe(1400);
});
