import { expect, test } from 'vitest';
import type { Case } from './cases.ts';
import { scoreOf, shareOfAll } from './score.ts';

test("Wilson's interval of 3 in 64, and of none in 100", () => {
  expect(shareOfAll(3, 64).low).toBeCloseTo(0.0161, 3);
  expect(shareOfAll(3, 64).high).toBeCloseTo(0.1289, 3);
  expect(shareOfAll(0, 100).low).toBe(0);
  expect(shareOfAll(0, 100).high).toBeCloseTo(0.037, 3);
});

test('pauses up to 900 ms and longer ones are counted apart, delays without those cut off', () => {
  const scored = (pauseMs: number, cutOff: boolean, delayMs: number) => ({
    one: { pauseMs } as Case,
    outcome: {
      cutOff,
      isUnanswered: false,
      halfAnswered: cutOff,
      delayMs,
      extraTranscriptions: 1,
      extraAnswers: 0,
    },
  });
  const score = scoreOf([
    scored(300, true, -100),
    scored(900, false, 700),
    scored(901, true, -1),
    scored(0, false, 800),
  ]);
  expect([score.shortPauses.some, score.shortPauses.all]).toEqual([1, 2]);
  expect([score.longPauses.some, score.longPauses.all]).toEqual([1, 1]);
  expect(score.noPause.some).toBe(0);
  expect(score.p50).toBe(750);
  expect(score.halfAnswered.some).toBe(2);
  expect(score.extra.sttPause).toBe(1);
});
