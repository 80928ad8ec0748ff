import { expect, test } from 'vitest';
import { joined, meanPower } from '../../src/openai/samples.ts';

test('pieces are joined in order', () => {
  expect(joined([Int16Array.of(1), Int16Array.of(), Int16Array.of(2, 3)])).toEqual(Int16Array.of(1, 2, 3));
});

test('mean power is that of the part that exists', () => {
  const samples = Int16Array.of(3, -3, 1, 1);
  expect(meanPower(samples)).toBe(5);
  expect(meanPower(samples, 2, 100)).toBe(1);
  expect(meanPower(samples, 4)).toBe(0);
});
