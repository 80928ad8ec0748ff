import { expect, test } from 'vitest';
import { encodeWav } from '../../src/openai/wav.ts';
import { bytesOf, readWav } from '../../src/standin/audio.ts';

const samples = Int16Array.of(1, -2, 3, -4);

test('a WAV upload is read with its rate', async () => {
  const audio = await readWav(new Blob([new Uint8Array(encodeWav(samples, 16_000, 1))]));
  expect(audio).toEqual({ samples, sampleRate: 16_000 });
});

test('two channels are mixed to one', async () => {
  const stereo = encodeWav(Int16Array.of(100, 300, -10, -30), 48_000, 2);
  expect((await readWav(new Blob([new Uint8Array(stereo)]))).samples).toEqual(Int16Array.of(200, -20));
});

test('an upload that is no WAV is refused as a bad request', async () => {
  const ogg = new Blob(['OggS and what follows it']);
  await expect(readWav(ogg)).rejects.toMatchObject({ status: 400, param: 'file' });
});

test('a WAV without samples is refused as a bad request', async () => {
  const empty = new Blob([new Uint8Array(encodeWav(new Int16Array(), 16_000, 1))]);
  await expect(readWav(empty)).rejects.toMatchObject({ status: 400 });
});

test('samples become little-endian bytes, only those of the view', () => {
  expect(bytesOf(Int16Array.of(9, 1, -2, 9).subarray(1, 3))).toEqual(Uint8Array.of(1, 0, 0xfe, 0xff));
});
