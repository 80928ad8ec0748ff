import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TurnResult } from '../../../src/bench/results.ts';
import { asWritten } from '../../../src/bench/transcriber.ts';
import type { Outcome } from '../play.ts';
import type { Spoken } from '../sounds.ts';
import { outcomeOf, placedParts, utteranceOf } from './spoken-in-call.ts';

/** «My contract / ends in May», 400 ms in, a pause of 500 ms. */
const spoken: Spoken = {
  one: {
    ...{ id: 'x', seed: 1, half: 'fresh', engine: 'espeak-ng', voice: 'en', language: 'en' },
    ...{ category: 'statement', condition: 'clean', pauseMs: 500, sentence: 's', speed: 1 },
    phrases: [
      { written: 'My contract', spoken: '' },
      { written: 'ends in May', spoken: '' },
    ],
    ...{ punctuates: true, numerals: true },
  },
  samples: new Int16Array(16_000),
  words: ['My', 'contract', 'ends', 'in', 'May'].map((text, index) => ({
    text,
    endMs: 600 + 200 * index + (index > 1 ? 500 : 0),
  })),
  ...{ pauseAtMs: 800, endMs: 1900 },
};

test('the words stand in the part of the utterance in which they are spoken', () => {
  expect(placedParts(spoken)).toEqual([
    {
      ...{ startMs: 400, endMs: 800 },
      words: [
        { text: 'w0', startMs: 400, endMs: 600 },
        { text: 'w1', startMs: 600, endMs: 800 },
      ],
    },
    {
      ...{ startMs: 1300, endMs: 1900 },
      words: [
        { text: 'w2', startMs: 1300, endMs: 1500 },
        { text: 'w3', startMs: 1500, endMs: 1700 },
        { text: 'w4', startMs: 1700, endMs: 1900 },
      ],
    },
  ]);
});

test('what was cut off is told by when the agent spoke and by the last word that it answered', async () => {
  const utterance = await utteranceOf(spoken, ['other'], await mkdtemp(join(tmpdir(), 'patience-sfu-')));
  const whole = asWritten('w0 w1 w2 w3 w4', [utterance]);
  const first = asWritten('w0 w1', [utterance]);
  expect(whole.split(' ')).not.toContain('w0');
  const turn = (some: Partial<TurnResult>): Outcome =>
    outcomeOf({ pauseMs: 500, lost: false, voiceToVoiceMs: 900, ...some } as TurnResult, utterance, 100);
  expect(turn({ question: whole })).toMatchObject({ cutOff: false, halfAnswered: false, delayMs: 800 });
  expect(turn({ question: first })).toMatchObject({ cutOff: true, halfAnswered: true });
  // Taken back, and answered with what followed.
  expect(turn({ question: `${first} ${asWritten('w2 w4', [utterance])}` })).toMatchObject({ cutOff: false });
  expect(
    turn({ question: whole, talkedOverMs: -20, voiceToVoiceMs: undefined } as Partial<TurnResult>),
  ).toMatchObject({ cutOff: true, halfAnswered: false });
  expect(turn({ lost: true })).toMatchObject({ isUnanswered: true, cutOff: false });
});
