import { expect, test } from 'vitest';
import type { Case } from '../cases.ts';
import type { Outcome } from '../play.ts';
import { answeredBothWays, compared, differing, medianWithin } from './agreement.ts';

test('both ways agree where each value is within the interval of the other', () => {
  const scored = (cutOffs: number, delayMs: number) =>
    Array.from({ length: 100 }, (_, index) => ({
      one: { id: `${index}`, pauseMs: index < 75 ? 500 : 0 } as Case,
      outcome: { cutOff: index < cutOffs, isUnanswered: false, delayMs: delayMs + index } as Outcome,
    }));
  expect(compared(scored(9, 800), scored(11, 803)).map(({ agrees }) => agrees)).toEqual([true, true, true]);
  expect(compared(scored(9, 800), scored(40, 950)).map(({ agrees }) => agrees)).toEqual([false, true, false]);
  expect(differing(scored(9, 800), scored(11, 800)).map(({ one }) => one.id)).toEqual(['9', '10']);
});

test('the median of 1 to 100 is within the ranks 41 and 61', () => {
  const values = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(medianWithin(values)).toEqual({ value: 50.5, low: 41, high: 61 });
});

test('who is answered one way only is in neither', () => {
  const scored = (unanswered: readonly string[]) =>
    ['a', 'b', 'c'].map((id) => ({
      one: { id } as Case,
      outcome: { isUnanswered: unanswered.includes(id), delayMs: 800 } as Outcome,
    }));
  const { inCalls, byClock, others } = answeredBothWays(scored(['c']), scored(['a']));
  expect([inCalls, byClock, others].map((some) => some.map(({ one }) => one.id))).toEqual([
    ['b'],
    ['b'],
    ['a', 'c'],
  ]);
});
