import { expect, test } from 'vitest';
import { Arrivals } from '../../src/dispatch/arrivals.ts';

test('callers come until 3 s after the last one, and for 10 s at most', () => {
  const arrivals = new Arrivals();
  expect(arrivals.areRecent(0)).toBe(false);
  arrivals.came(5000);
  expect([5000, 7999, 8000].map((ms) => arrivals.areRecent(ms))).toEqual([true, true, false]);
  for (const ms of [20_000, 22_400, 24_800, 27_200, 29_600]) arrivals.came(ms);
  expect([29_999, 30_000].map((ms) => arrivals.areRecent(ms))).toEqual([true, false]);
  arrivals.came(31_000);
  expect(arrivals.areRecent(31_000), 'the next ones').toBe(true);
});

test('what is forgotten was no caller', () => {
  const arrivals = new Arrivals();
  arrivals.came(1000);
  arrivals.forget();
  expect(arrivals.areRecent(1000)).toBe(false);
});
