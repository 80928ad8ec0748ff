import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { melFilters, transform } from '../../../src/standin/whisper/mel.ts';
import { loadWhisper, repeated } from '../../../src/standin/whisper/whisper.ts';
import { beep } from '../sounds.ts';
import { ENGLISH, SEVERAL, tinyWhisper, whisperFolder } from './model-files.ts';

const audio = { samples: beep({ toneMs: 300, sampleRate: 48_000 }), sampleRate: 48_000 };
const [HELLO, CAFE, E1, E2, END, START] = [0, 1, 2, 3, 4, 5];

test('a model of one language writes token after token until its end', async () => {
  // Places 0 and 1 are the prompt, start and no timestamps.
  const folder = await whisperFolder(ENGLISH, [END, HELLO, CAFE, E1, E2, END]);
  const whisper = await loadWhisper(folder, 1);
  expect(await whisper.transcribe(audio)).toBe('hello café');
  expect(await whisper.transcribe(audio, 'ms')).toBe('hello café');
});

test('a model of several is told the language, or finds out first', async () => {
  const malay = SEVERAL.indexOf('<|ms|>');
  const folder = await whisperFolder(SEVERAL, [malay, START + 1, START + 1, HELLO, START]);
  const whisper = await loadWhisper(folder, 1);
  expect(await whisper.transcribe(audio, 'en')).toBe('hello');
  expect(await whisper.transcribe(audio)).toBe('hello');
  await expect(whisper.transcribe(audio, 'xx')).rejects.toThrow('no <|xx|>');
});

test('control tokens are never written, and one that repeats itself is stopped', async () => {
  const folder = await whisperFolder(ENGLISH, [END, START, ...new Array(40).fill(HELLO)]);
  const whisper = await loadWhisper(folder, 1);
  const said = await whisper.transcribe(audio);
  expect(said.match(/hello/g)?.length).toBeLessThanOrEqual(5);
  expect(said).not.toContain('<|');
});

test('what comes twice in a row is found', () => {
  expect(repeated([1, 2, 3, 4, 1, 2, 3, 4])).toBe(4);
  expect(repeated([9, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5])).toBe(5);
  expect(repeated([1, 2, 3, 1, 2, 3])).toBe(0);
  expect(repeated([])).toBe(0);
});

test('another file is refused by what it is', async () => {
  const folder = await whisperFolder(ENGLISH, [END]);
  await writeFile(join(folder, 'model.bin'), tinyWhisper(ENGLISH, [END]).subarray(0, 1000));
  await expect(loadWhisper(folder)).rejects.toThrow('the model ends after 1000 bytes');
  await writeFile(join(folder, 'model.bin'), Buffer.from('GGUF, and so on and on'));
  await expect(loadWhisper(folder)).rejects.toThrow('not a Whisper model of CTranslate2');
});

test("the filters are librosa's, and the transform finds a tone at its frequency", () => {
  const filters = melFilters(80);
  // librosa.filters.mel(sr=16000, n_fft=400, n_mels=80)[0, 1] and [79, 199].
  expect(filters[1]).toBeCloseTo(0.024862594, 7);
  expect(filters[79 * 201 + 199]).toBeCloseTo(0.000448759, 7);
  const rows = transform();
  const powers = Array.from({ length: 201 }, (_, bin) => {
    const part = (row: number) =>
      Array.from(
        { length: 400 },
        (_, at) => (rows[row * 400 + at] ?? 0) * Math.sin((2 * Math.PI * 1000 * at) / 16_000),
      );
    const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
    return sum(part(bin)) ** 2 + sum(part(201 + bin)) ** 2;
  });
  expect(powers.indexOf(Math.max(...powers))).toBe(25);
});
