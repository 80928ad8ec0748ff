import { expect, test } from 'vitest';
import { Resampler, resample } from '../../src/openai/resample.ts';
import { joined } from '../../src/openai/samples.ts';

function sine(hz: number, sampleRate: number, length: number): Int16Array {
  return Int16Array.from({ length }, (_, at) =>
    Math.round(10_000 * Math.sin((2 * Math.PI * hz * at) / sampleRate)),
  );
}

const loudest = (samples: Int16Array) =>
  samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

test.each([
  [22_050, 24_000],
  [22_050, 16_000],
  [48_000, 16_000],
  [16_000, 48_000],
])('a tone at %i Hz is the same tone at %i Hz, in time and level', (from, to) => {
  const output = resample(sine(440, from, from / 10), from, to);
  const expected = sine(440, to, to / 10);
  expect(output.length).toBe(expected.length);
  const middle = Array.from(output.keys()).slice(200, -200);
  const worst = Math.max(...middle.map((at) => Math.abs((output[at] ?? 0) - (expected[at] ?? 0))));
  expect(worst).toBeLessThan(100);
});

test('what the lower rate cannot carry is removed instead of folding back', () => {
  expect(loudest(resample(sine(11_000, 48_000, 4800), 48_000, 16_000).subarray(100, -100))).toBeLessThan(300);
});

test('how the stream is cut does not change the result', () => {
  const input = sine(300, 22_050, 2205);
  const whole = resample(input, 22_050, 24_000);
  for (const size of [1, 7, 500]) {
    const resampler = new Resampler(22_050, 24_000);
    const pieces: Int16Array[] = [];
    for (let at = 0; at < input.length; at += size)
      pieces.push(resampler.push(input.subarray(at, at + size)));
    expect(joined([...pieces, resampler.flush()])).toEqual(whole);
  }
});

test('overshoots at full level are clipped, not wrapped round', () => {
  const square = Int16Array.from({ length: 400 }, (_, at) => (at % 40 < 20 ? 32_767 : -32_768));
  const output = resample(square, 16_000, 24_000);
  const wrapped = output.filter((sample, at) => {
    const inPlateau = at % 30 > 2 && at % 30 < 27;
    return inPlateau && Math.sign(sample) !== (at % 60 < 30 ? 1 : -1);
  });
  expect(wrapped).toEqual(new Int16Array());
  expect(loudest(output)).toBe(32_768);
});

test('equal rates leave the samples alone', () => {
  const input = sine(440, 16_000, 100);
  expect(resample(input, 16_000, 16_000)).toEqual(input);
});
