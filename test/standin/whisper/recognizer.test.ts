import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Recognizer } from '../../../src/standin/recognizer.ts';
import { whisperOr } from '../../../src/standin/whisper/recognizer.ts';

const speech = { samples: new Int16Array(16_000), sampleRate: 16_000, language: 'ms' };
const never = new AbortController().signal;
const sphinx: Recognizer = { name: 'pocketsphinx', recognize: async () => 'by sphinx' };
const load = async () => ({ transcribe: async (_: unknown, language?: string) => `by whisper, ${language}` });

async function folders() {
  const dir = await mkdtemp(join(tmpdir(), 'recognizer-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const folder = join(dir, 'whisper-tiny.en');
  const arrive = async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'model.bin'), '');
  };
  return { folder, arrive };
}

test('a model that is there transcribes from the beginning, in the language of the request', async () => {
  const { folder, arrive } = await folders();
  await arrive();
  const recognizer = await whisperOr(sphinx, { folder, load });
  expect(recognizer.name).toBe('whisper-tiny.en');
  expect(await recognizer.recognize(speech, never)).toBe('by whisper, ms');
});

test('until it arrives the other recognizer hears, or nobody; then it takes over and says so', async () => {
  const { folder, arrive } = await folders();
  let look = () => {};
  const stop = vi.fn();
  const onArrival = vi.fn();
  const watch = (each: () => void) => {
    look = each;
    return stop;
  };
  const alone = await whisperOr(undefined, { folder, load, watch: () => stop });
  expect([alone.name, await alone.recognize(speech, never)]).toEqual(['duration', undefined]);
  const recognizer = await whisperOr(sphinx, { folder, load, watch, onArrival });
  look();
  expect([recognizer.name, await recognizer.recognize(speech, never)]).toEqual(['pocketsphinx', 'by sphinx']);
  await arrive();
  look();
  await vi.waitFor(() => expect(onArrival).toHaveBeenCalledWith('whisper-tiny.en'));
  expect(stop).toHaveBeenCalledOnce();
  expect(await recognizer.recognize(speech, never)).toBe('by whisper, ms');
});

test('a model that cannot be loaded changes nothing', async () => {
  const { folder, arrive } = await folders();
  await arrive();
  const recognizer = await whisperOr(sphinx, { folder, load: () => Promise.reject(new Error('broken')) });
  expect(await recognizer.recognize(speech, never)).toBe('by sphinx');
});
