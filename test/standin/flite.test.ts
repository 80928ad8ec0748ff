import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { joined, meanPower } from '../../src/openai/samples.ts';
import { encodeWav } from '../../src/openai/wav.ts';
import { type Flite, fliteSpeech, fliteVoice, loadFlite, spokenPieces } from '../../src/standin/flite.ts';

const TEXT = 'Your bill for October is forty two ringgit, and it is due on Friday.';
const never = new AbortController().signal;
const flite = await loadFlite();

async function said(input: string, { voice = 'slt', speed = 1, rate = 24_000, engine = flite } = {}) {
  const pieces: Int16Array[] = [];
  for await (const piece of fliteSpeech(engine, { input, voice, speed }, rate, never)) pieces.push(piece);
  return joined(pieces);
}

test('a sentence of 14 words is four seconds of sound as loud as speech, the same each time', async () => {
  const speech = await said(TEXT);
  expect(speech.length / 24_000).toBeGreaterThan(3);
  expect(speech.length / 24_000).toBeLessThan(6);
  const level = Math.sqrt(meanPower(speech));
  expect(level).toBeGreaterThan(1000);
  expect(level).toBeLessThan(12_000);
  expect(await said(TEXT)).toEqual(speech);
});

test('the rate asked for is the rate given: as many seconds at 16 kHz, 48 kHz, and from a voice of 8 kHz', async () => {
  const seconds = async (rate: number) => (await said(TEXT, { voice: 'kal', rate })).length / rate;
  const [at16, at48] = [await seconds(16_000), await seconds(48_000)];
  expect(at48).toBeCloseTo(at16, 2);
  expect(at16).toBeGreaterThan(3);
});

test('twice the speed takes half the time', async () => {
  const [slow, fast] = [await said(TEXT), await said(TEXT, { speed: 2 })];
  expect(fast.length / slow.length).toBeCloseTo(0.5, 1);
});

test('two voices differ', async () => {
  expect(await said('Hello.', { voice: 'slt' })).not.toEqual(await said('Hello.', { voice: 'rms' }));
});

test.each([
  ['slt', 'slt'],
  ['KAL16', 'kal16'],
])("voice «%s» is Flite's «%s»", (name, voice) => {
  expect(fliteVoice(name)).toBe(voice);
});

test('other names get a voice that was recorded from a person, not all the same', () => {
  const voices = ['alloy', 'nova', 'echo', 'af_heart', 'ms-MY-YasminNeural'].map(fliteVoice);
  expect(['slt', 'rms', 'awb']).toEqual(expect.arrayContaining(voices));
  expect(new Set(voices).size).toBeGreaterThan(1);
});

test.each(['9,999,999 '.repeat(16), '-voice', 'a'.repeat(300)])(
  'a text that is hard to read is read: «%.20s»',
  async (text) => {
    expect((await said(text, { voice: 'kal16' })).length).toBeGreaterThan(10_000);
  },
);

test.each([
  ['sentences', 'You owe forty ringgit and ten sen. Please pay by Friday.', 2],
  ['a title in its sentence', 'Dr. Lim is in.', 1],
  ['a number in its sentence', 'It comes to 12.50 ringgit for the month.', 1],
  ['nothing', ' … !', 0],
])('%s', (_, text, count) => {
  const pieces = [...spokenPieces(text)];
  expect(pieces).toHaveLength(count);
  if (count > 0) expect(pieces.join(' ')).toBe(text);
});

test('letters get their ASCII form, and what has none is left out', () => {
  expect([...spokenPieces('“Café” – it’s ﬁne 日本')]).toEqual(['"Cafe" , it\'s fine']);
});

test('5,000 characters are cut into pieces of at most 120, whatever they are', () => {
  for (const text of ['word '.repeat(1000), 'x'.repeat(5000), 'One, two; three: four. '.repeat(217)]) {
    const pieces = [...spokenPieces(text)];
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(120);
    expect(pieces.join('').replace(/ /g, '')).toBe(text.replace(/ /g, ''));
  }
});

test('other work goes on between two pieces, and none is made once the listener is gone', async () => {
  const leaving = new AbortController();
  let made = 0;
  const engine: Flite = async () => {
    made += 1;
    setImmediate(() => leaving.abort());
    return encodeWav(new Int16Array(1600), 16_000);
  };
  const speech = fliteSpeech(
    engine,
    { input: `${TEXT} ${TEXT}`, voice: 'slt', speed: 1 },
    16_000,
    leaving.signal,
  );
  await speech.next();
  await expect(speech.next()).rejects.toThrow('aborted');
  expect(made).toBe(1);
});

test('text that Flite cannot read is spoken by tones, not by silence', async () => {
  const engine: Flite = async () => {
    throw new Error('asked');
  };
  expect((await said('你好', { engine })).length).toBeGreaterThan(1000);
});

test('a program that fails, or writes no WAV, is an error', async () => {
  await expect(flite(['-voice', 'slt', '-t', 'hello', '-o', '/out/other.wav'])).rejects.toThrow('no file');
  await expect(said('hello', { engine: async () => new Uint8Array(3) })).rejects.toThrow('no WAV');
});

test('an image has neither of its packages', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(Object.keys(dependencies).filter((name) => /wasi/.test(name))).toEqual([]);
});
