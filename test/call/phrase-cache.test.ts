import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { PhraseCache, PhraseStore, soundFolder } from '../../src/call/phrase-cache.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const SOUND = Int16Array.from([1, 2, 3]);
let folder: string;
let store: PhraseStore;

beforeEach(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'phrases-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  folder = join(dir, 'phrases');
  store = new PhraseStore(folder);
});

const callWith = (phrases: string[], of = store) => new PhraseCache({ store: of, voices: [['v']], phrases });

test('what one call keeps, the next one of this process has without the folder', async () => {
  await callWith(['Sorry.']).write('Sorry.', SOUND);
  await rm(folder, { recursive: true });
  expect(await callWith(['Sorry.']).read('Sorry.')).toEqual(SOUND);
});

test('and that of another process has from the folder', async () => {
  await callWith(['Sorry.']).write('Sorry.', SOUND);
  expect(await callWith(['Sorry.'], new PhraseStore(folder)).read('Sorry.')).toEqual(SOUND);
});

test('calls of one process that keep the same at the same time leave one whole file', async () => {
  const sounds = Array.from({ length: 20 }, (_, n) => new Int16Array(1 + n * 50_000).fill(n));
  await Promise.all(sounds.map((sound) => callWith(['Sorry.']).write('Sorry.', sound)));
  expect(await readdir(folder)).toHaveLength(1);
  const kept = await callWith(['Sorry.'], new PhraseStore(folder)).read('Sorry.');
  const bytesOf = (samples: Int16Array = SOUND) => Buffer.from(samples.buffer);
  expect(sounds.some((sound) => bytesOf(sound).equals(bytesOf(kept)))).toBe(true);
});

test('one call of a process at a time has a phrase made', () => {
  const [first, second] = [callWith(['Sorry.']), callWith(['Sorry.'])];
  const end = first.claim('Sorry.');
  expect(end).toBeDefined();
  expect(second.claim('Sorry.')).toBeUndefined();
  end?.();
  expect(second.claim('Sorry.')).toBeDefined();
});

test('what is no fixed phrase is not kept', async () => {
  const call = callWith(['Sorry.']);
  await call.write('Hello, Aisyah.', SOUND);
  expect(await call.read('Hello, Aisyah.')).toBeUndefined();
});

test('of very many phrases the ones used last are in memory', async () => {
  const many = Array.from({ length: 80 }, (_, n) => `Sentence ${n}.`);
  const call = callWith(many);
  for (const text of many) await call.write(text, SOUND);
  await rm(folder, { recursive: true });
  expect(await call.read('Sentence 0.')).toBeUndefined();
  expect(await call.read('Sentence 79.')).toEqual(SOUND);
});

test.each([
  ['torn', (bytes: Buffer) => bytes.subarray(0, -2)],
  ['changed', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([7])])],
  ['empty', () => Buffer.alloc(0)],
  ['a digest alone', (bytes: Buffer) => bytes.subarray(0, 32)],
])('a file that is %s counts as not there, and is made again', async (_what, spoil) => {
  await callWith(['Sorry.']).write('Sorry.', SOUND);
  const file = join(folder, (await readdir(folder))[0] ?? '');
  await writeFile(file, spoil(await readFile(file)));
  const next = callWith(['Sorry.'], new PhraseStore(folder));
  expect(await next.read('Sorry.')).toBeUndefined();
  expect(await next.isWanted('Sorry.')).toBe(true);
  await next.write('Sorry.', SOUND);
  expect(await callWith(['Sorry.'], new PhraseStore(folder)).read('Sorry.')).toEqual(SOUND);
});

test('the folder keeps 64 MB, what was used last', async () => {
  const minute = new Int16Array(60 * 24_000 * 4);
  const texts = Array.from({ length: 8 }, (_, n) => `Sentence ${n}.`);
  const call = callWith(texts);
  for (const text of texts) await call.write(text, minute);
  expect(await readdir(folder)).toHaveLength(5);
  expect(await call.isWanted('Sentence 7.')).toBe(false);
  expect(await callWith(texts, new PhraseStore(folder)).read('Sentence 0.')).toBeUndefined();
});

test('what holds something of a caller is kept for their call alone, in memory', async () => {
  const own = new PhraseCache({ store, voices: [['v']], phrases: [], own: ['Sorry, Aisyah.'] });
  await own.write('Sorry, Aisyah.', SOUND);
  expect(await own.read('Sorry, Aisyah.')).toEqual(SOUND);
  await expect(readdir(folder)).rejects.toThrow();
  expect(await callWith(['Sorry, Aisyah.']).read('Sorry, Aisyah.')).toBeUndefined();
});

test('a phrase has the voice that said it: that of the first endpoint is heard where it is there', async () => {
  const clock = manualClock();
  const options = { store: new PhraseStore(folder, clock), phrases: ['Sorry.', 'Bye.'] };
  const call = new PhraseCache({ ...options, voices: [['first'], ['second']] });
  await call.write('Sorry.', SOUND, 1);
  expect(await call.read('Sorry.')).toEqual(SOUND);
  expect(await new PhraseCache({ ...options, voices: [['second']] }).read('Sorry.')).toEqual(SOUND);
  expect(await new PhraseCache({ ...options, voices: [['first']] }).read('Sorry.')).toBeUndefined();
  expect([await call.isWanted('Sorry.'), await call.isWanted('Bye.')]).toEqual([false, true]);
  clock.advance(60_000);
  expect(await call.isWanted('Sorry.')).toBe(true);
  const inFirst = Int16Array.from([4, 5]);
  await call.write('Sorry.', inFirst, 0);
  expect([await call.read('Sorry.'), await call.isWanted('Sorry.')]).toEqual([inFirst, false]);
});

test('a folder that is given may be another user’s: they are kept in one of ours in it', async () => {
  const given = soundFolder(folder);
  expect(given.startsWith(`${folder}/`)).toBe(true);
  const store = new PhraseStore(given);
  await callWith(['Sorry.'], store).write('Sorry.', SOUND);
  expect(await callWith(['Sorry.'], new PhraseStore(given)).read('Sorry.')).toEqual(SOUND);
});
