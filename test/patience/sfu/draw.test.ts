import { expect, test } from 'vitest';
import type { Case } from '../cases.ts';
import { drawn } from './draw.ts';

const cases = Array.from(
  { length: 60 },
  (_, index) =>
    ({
      id: `${index}`,
      sentence: `s${Math.floor(index / 2)}`,
      pauseMs: [0, 200, 900, 901][index % 4],
    }) as Case,
);

test('drawing: three quarters with a short pause, no sentence twice, the same for the same seed', () => {
  const some = drawn(cases, 16, 16);
  expect(some.filter(({ pauseMs }) => pauseMs === 0)).toHaveLength(4);
  expect(some.filter(({ pauseMs }) => pauseMs === 200 || pauseMs === 900)).toHaveLength(12);
  expect(new Set(some.map(({ sentence }) => sentence)).size).toBe(16);
  expect(drawn(cases, 16, 16)).toEqual(some);
  expect(drawn(cases, 17, 16)).not.toEqual(some);
  expect(() => drawn(cases, 16, 60)).toThrow('too few');
});
