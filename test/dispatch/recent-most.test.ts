import { expect, test } from 'vitest';
import { RecentMost } from '../../src/dispatch/recent-most.ts';

test('a value counts for 5 s, and a larger one in its place', () => {
  const recent = new RecentMost();
  expect(recent.valueAt(0)).toBe(0);
  recent.add(0.4, 0);
  recent.add(0.9, 1000);
  recent.add(0.2, 2000);
  recent.add(0.3, 3000);
  expect(recent.valueAt(3000)).toBe(0.9);
  expect(recent.valueAt(6000)).toBe(0.9);
  expect(recent.valueAt(6001)).toBe(0.3);
  expect(recent.valueAt(8001)).toBe(0);
});
