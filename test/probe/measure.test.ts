import { expect, test } from 'vitest';
import { voicedExtent, voicedSpans } from '../../src/probe/measure.ts';
import { joined, silence } from '../../src/probe/wav.ts';
import { noise, tone } from './sounds.ts';

const RATE = 24_000;

test('each stretch of sound is a span', () => {
  const sound = joined(silence(500, RATE), tone(300, 400, RATE), silence(600, RATE), tone(300, 200, RATE));
  expect(voicedSpans(sound)).toEqual([
    { startMs: 500, endMs: 900 },
    { startMs: 1500, endMs: 1700 },
  ]);
  expect(voicedExtent(sound)).toEqual({ startMs: 500, endMs: 1700 });
});

test('a short pause does not split a span', () => {
  const sound = joined(tone(300, 400, RATE), silence(200, RATE), tone(300, 400, RATE));
  expect(voicedSpans(sound)).toEqual([{ startMs: 0, endMs: 1000 }]);
});

test('clicks and comfort noise are not sound', () => {
  const sound = joined(noise(500, RATE, 150), tone(300, 10, RATE), noise(500, RATE, 150));
  expect(voicedSpans(sound)).toEqual([]);
  expect(voicedExtent(sound)).toBeUndefined();
});
