import { expect, test } from 'vitest';
import { BANDS, dominantFrequency, spectrogram } from '../../src/probe/spectrum.ts';
import { joined, silence } from '../../src/probe/wav.ts';
import { tone } from './sounds.ts';

test.for([220, 440, 1000, 3000])('a tone of %i Hz is found', (hz) => {
  expect(Math.abs(dominantFrequency(tone(hz, 1000, 24_000)) - hz)).toBeLessThan(2);
});

test('silence has no frequency', () => {
  expect(dominantFrequency(silence(1000, 24_000))).toBe(0);
});

test('a tone fills its band and leaves silence and far bands at the floor', () => {
  const { rows, values } = spectrogram(joined(tone(1000, 500, 16_000), silence(500, 16_000)), 35);
  const early = [...values.subarray(10 * BANDS, 11 * BANDS)];
  const late = [...values.subarray((rows - 5) * BANDS, (rows - 4) * BANDS)];
  expect(Math.max(...early)).toBeGreaterThan(34);
  expect(early.filter((level) => level > 0).length).toBeLessThan(5);
  expect(Math.max(...late)).toBe(0);
});
