import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dominantFrequency } from '../../src/probe/spectrum.ts';
import {
  decodeWav,
  durationMs,
  encodeWav,
  joined,
  readWav,
  resampled,
  silence,
} from '../../src/probe/wav.ts';
import { cut, tone } from './sounds.ts';

test('a sound survives the way through a WAV file', () => {
  const sound = tone(440, 100, 22_050);
  expect(decodeWav(encodeWav(sound))).toEqual(sound);
});

test('a WAV that was cut off keeps what is there', () => {
  const bytes = encodeWav(tone(440, 100, 16_000));
  expect(decodeWav(bytes.subarray(0, 44 + 801)).samples).toHaveLength(400);
});

test('two channels are mixed to one', () => {
  const stereo = encodeWav({ samples: Int16Array.of(100, 300, -50, -150), sampleRate: 8000 });
  new DataView(stereo.buffer).setUint16(22, 2, true);
  expect([...decodeWav(stereo).samples]).toEqual([200, -100]);
});

test('a file that is no WAV is named, with what to do', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'probe-')), 'voice.mp3');
  await writeFile(path, 'ID3 not a wav');
  await expect(readWav(path)).rejects.toMatchObject({
    message: expect.stringContaining(path),
    hint: expect.stringContaining('sox'),
  });
});

test.for([8000, 16_000, 22_050, 44_100, 48_000])('a tone keeps pitch and length at %i Hz', (rate) => {
  const sound = resampled(tone(440, 1000, 24_000), rate);
  expect(sound.sampleRate).toBe(rate);
  expect(Math.abs(durationMs(sound) - 1000)).toBeLessThan(1);
  expect(Math.abs(dominantFrequency(sound) - 440)).toBeLessThan(4);
});

test('what does not fit the lower rate is removed instead of folding back', () => {
  const middle = cut(resampled(tone(11_000, 500, 48_000), 16_000), 50, 450);
  const loudest = middle.samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  expect(loudest).toBeLessThan(50);
});

test('sounds of several rates are joined at the rate of the first', () => {
  const sound = joined(silence(100, 16_000), silence(100, 48_000), silence(50, 8000));
  expect(sound.sampleRate).toBe(16_000);
  expect(durationMs(sound)).toBe(250);
});
