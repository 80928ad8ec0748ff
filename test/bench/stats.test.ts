import { expect, test } from 'vitest';
import { lineThrough, mean, percentile, randomFrom, share } from '../../src/bench/stats.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, index) => n - index);

test('the median of an even number is the mean of both middle ones', () => {
  expect(percentile([30, 10, 20], 0.5)).toBe(20);
  expect(percentile([40, 10, 20, 30], 0.5)).toBe(25);
});

test('the 95th percentile is a value that was measured, which at most 5 % exceed', () => {
  expect(percentile(upTo(100), 0.95)).toBe(95);
  expect(percentile(upTo(20), 0.95)).toBe(19);
  expect(percentile(upTo(10), 0.95)).toBe(10);
  expect(percentile([7], 0.95)).toBe(7);
});

test('of nothing there is no percentile, mean or share', () => {
  expect([percentile([], 0.5), mean([]), share(0, 0)]).toEqual([undefined, undefined, undefined]);
});

test('one value that was never reached does not spoil the median', () => {
  expect(percentile([300, 320, Number.POSITIVE_INFINITY], 0.5)).toBe(320);
});

test('the same seed gives the same numbers from 0 to 1, another seed others', () => {
  const take = (seed: number) => {
    const random = randomFrom(seed);
    return Array.from({ length: 500 }, random);
  };
  expect(take(1)).toEqual(take(1));
  expect(take(1)).not.toEqual(take(2));
  expect(take(3).every((value) => value >= 0 && value < 1)).toBe(true);
  expect(mean(take(4))).toBeCloseTo(0.5, 1);
});

test('the slope of a line through points, and how much of it is noise', () => {
  const straight = [50, 75, 100, 125].map((x) => [x, 300 + 0.2 * x] as const);
  expect(lineThrough(straight)?.slope).toBeCloseTo(0.2);
  expect(lineThrough(straight)?.error).toBeCloseTo(0);
  const noisy = lineThrough([
    [0, 1],
    [1, -1],
    [2, -1],
    [3, 1],
  ]);
  expect(noisy?.slope).toBeCloseTo(0);
  expect(noisy?.error).toBeCloseTo(Math.sqrt(4 / 2 / 5));
});

test('two points, or points at one place, give no line', () => {
  expect(
    lineThrough([
      [0, 1],
      [1, 2],
    ]),
  ).toBeUndefined();
  expect(
    lineThrough([
      [1, 1],
      [1, 2],
      [1, 3],
    ]),
  ).toBeUndefined();
});
