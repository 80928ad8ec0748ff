import { expect, test } from 'vitest';
import { endingOf, judgedEnding } from '../../../src/stages/turn/ending.ts';
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

test.each([
  ['surely', asked],
  ['perhaps', { prepareMs: 0, readyMs: 950, endMs: 950 }],
  ['not', held],
] as const)('judged: %s finished', (finished, ending) => {
  expect(judgedEnding(finished, { ...policy, unsureEndpointingMs: 950 })).toEqual(ending);
});
