import { describe, expect, test } from 'vitest';
import { endingSoon } from '../../src/call/cover-voice.ts';
import { TONE } from '../../src/call/tone.ts';

const PER_MS = 24;
const LOUD = 8000;

/** Sound of alternating parts, loud and silent, in milliseconds. */
function phrase(...partsMs: number[]): Int16Array {
  const parts = partsMs.map((ms, at) => new Int16Array(ms * PER_MS).fill(at % 2 === 0 ? LOUD : 0));
  return Int16Array.from(parts.flatMap((part) => [...part]));
}
const ms = (samples: Int16Array) => samples.length / PER_MS;

describe('a filler that makes way', () => {
  test('is said to its end where that is near', () => {
    const samples = phrase(900);
    expect(endingSoon(samples, 500 * PER_MS, 400 * PER_MS)).toBe(samples);
  });

  test('else ends at its next pause', () => {
    expect(ms(endingSoon(phrase(600, 100, 800), 300 * PER_MS, 400 * PER_MS))).toBe(600);
  });

  test('without a pause ends where it is softest, and fades', () => {
    const samples = phrase(1500);
    samples.fill(LOUD / 4, 500 * PER_MS, 520 * PER_MS);
    const ended = endingSoon(samples, 300 * PER_MS, 400 * PER_MS);
    expect(ms(ended)).toBe(500);
    expect(ended[490 * PER_MS - 1]).toBe(LOUD);
    expect(Math.abs(ended.at(-1) ?? LOUD)).toBeLessThan(LOUD / 100);
  });

  test('ends at once where nothing of it fits', () => {
    expect(ms(endingSoon(phrase(1500), 300 * PER_MS, 0))).toBe(300);
  });
});

test('the tone is soft, shorter than a second, and neither begins nor ends with an edge', () => {
  expect(ms(TONE)).toBeLessThan(1000);
  const peak = Math.max(...TONE.map(Math.abs));
  expect(20 * Math.log10(peak / 32_768)).toBeLessThan(-20);
  expect(20 * Math.log10(peak / 32_768)).toBeGreaterThan(-30);
  for (const edge of [TONE.slice(0, 24), TONE.slice(-24)])
    expect(Math.max(...edge.map(Math.abs))).toBeLessThan(peak / 20);
});
