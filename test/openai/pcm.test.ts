import { expect, test } from 'vitest';
import { type PcmChunk, type PcmOptions, pcmStream } from '../../src/openai/pcm.ts';
import { encodeWav } from '../../src/openai/wav.ts';

const SAMPLES = Int16Array.from([0, 1, -1, 300, -300, 32_767, -32_768, 12_345, -6789, 77]);
const RAW = new Uint8Array(SAMPLES.buffer);

class Invalid extends Error {}

async function decoded(chunks: Uint8Array[], options: Partial<PcmOptions> = {}) {
  async function* stream() {
    yield* chunks;
  }
  const invalid = (what: string, text = '') => new Invalid(`${what}|${text}`);
  const pieces: PcmChunk[] = [];
  for await (const piece of pcmStream(stream(), { contentType: null, invalid, ...options })) {
    expect(piece.samples.length).toBeGreaterThan(0);
    pieces.push(piece);
  }
  return {
    rates: [...new Set(pieces.map(({ sampleRate }) => sampleRate))],
    samples: pieces.flatMap(({ samples }) => [...samples]),
  };
}

const bytesOf = (bytes: Uint8Array) => [...bytes].map((byte) => Uint8Array.of(byte));
const text = (body: string) => new TextEncoder().encode(body);

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

test('raw samples survive a cut at every byte, odd ones too', async () => {
  for (let cut = 0; cut <= RAW.length; cut += 1) {
    const { samples, rates } = await decoded([RAW.subarray(0, cut), RAW.subarray(cut)]);
    expect(samples).toEqual([...SAMPLES]);
    expect(rates).toEqual([24_000]);
  }
  expect((await decoded(bytesOf(RAW))).samples).toEqual([...SAMPLES]);
});

test('a last half sample is dropped, and fewer bytes than decide a type are samples still', async () => {
  expect((await decoded([RAW.subarray(0, 19)])).samples).toEqual([...SAMPLES.subarray(0, 9)]);
  expect((await decoded([RAW.subarray(0, 3)])).samples).toEqual([0]);
  expect((await decoded([])).samples).toEqual([]);
});

test.each([16_000, 22_050, 24_000, 48_000])('a WAV of %d Hz survives a cut at every byte', async (rate) => {
  const wav = encodeWav(SAMPLES, rate);
  for (let cut = 0; cut <= wav.length; cut += 1) {
    const { samples, rates } = await decoded([wav.subarray(0, cut), wav.subarray(cut)]);
    expect(samples).toEqual([...SAMPLES]);
    expect(rates).toEqual([rate]);
  }
  expect((await decoded(bytesOf(wav))).samples).toEqual([...SAMPLES]);
});

test.each([
  ['audio/pcm;rate=16000', 16_000],
  ['audio/L16; rate=22050; channels=1', 22_050],
  ['audio/pcm', 24_000],
  ['application/octet-stream', 24_000],
  ['audio/wav', 24_000],
  ['text/html; charset=utf-8', 24_000],
])('raw samples labelled %s are read little-endian at %d Hz', async (contentType, rate) => {
  const { samples, rates } = await decoded([RAW], { contentType });
  expect(samples).toEqual([...SAMPLES]);
  expect(rates).toEqual([rate]);
});

test('a hint gives the rate of raw samples, unless the Content-Type does', async () => {
  expect((await decoded([RAW], { sampleRateHint: 8000 })).rates).toEqual([8000]);
  const contentType = 'audio/pcm; rate=16000';
  expect((await decoded([RAW], { sampleRateHint: 8000, contentType })).rates).toEqual([16_000]);
  expect((await decoded([encodeWav(SAMPLES, 48_000)], { sampleRateHint: 8000 })).rates).toEqual([48_000]);
});

test('a WAV is known by its bytes, whatever its label', async () => {
  for (const contentType of ['audio/mpeg', 'application/json', 'audio/pcm;rate=8000', 'audio/x-wav']) {
    expect((await decoded([encodeWav(SAMPLES, 48_000)], { contentType })).rates).toEqual([48_000]);
  }
});

test('two channels become one, by the label of raw samples or the header of a WAV', async () => {
  const stereo = Int16Array.from([100, 300, -100, -300, 7, 7, 32_767, 32_767, 0, 1]);
  const mono = [200, -200, 7, 32_767, 0];
  const raw = new Uint8Array(stereo.buffer);
  expect((await decoded(bytesOf(raw), { contentType: 'audio/pcm;channels=2' })).samples).toEqual(mono);
  expect((await decoded(bytesOf(encodeWav(stereo, 24_000, 2)))).samples).toEqual(mono);
});

test('WAVs one after the other, as some servers send a sentence each, play on', async () => {
  const two = joined(encodeWav(SAMPLES, 24_000), encodeWav(SAMPLES, 16_000));
  const { samples, rates } = await decoded(bytesOf(two));
  expect(samples).toEqual([...SAMPLES, ...SAMPLES]);
  expect(rates).toEqual([24_000, 16_000]);
});

test('an odd length of 8-bit samples is followed by its padding, not by a sample', async () => {
  const eightBit = new Uint8Array([...encodeWav(new Int16Array(), 8000), 128, 129, 127, 0]);
  eightBit[34] = 8;
  eightBit[40] = 3;
  const { samples } = await decoded([joined(eightBit, text('LIST\x04\0\0\0INFO'))]);
  expect(samples).toEqual([0, 256, -256]);
  expect((await decoded(bytesOf(joined(eightBit, eightBit)))).samples).toEqual([0, 256, -256, 0, 256, -256]);
});

test('a trailer after the samples is not played, more samples than promised are', async () => {
  const wav = encodeWav(SAMPLES, 24_000);
  expect((await decoded([joined(wav, text('LIST\x0a\0\0\0INFOISFT'))])).samples).toEqual([...SAMPLES]);
  expect((await decoded([joined(wav, RAW)])).samples).toEqual([...SAMPLES, ...SAMPLES]);
});

test.each([
  ['{"error":{"message":"no voice"}}', 'audio/pcm', 'text|{"error"'],
  ['<!DOCTYPE html><html>login</html>', null, 'text|<!DOCTYPE'],
  ['Internal Server Error', 'text/plain', 'text|Internal Server Error'],
  ['data: {"type":"speech.audio.delta"}', null, 'text|data: '],
  ['OggS\0\x02aaaaaaaaaaaaaaaa', 'audio/pcm', 'Ogg'],
  ['fLaC\0\0aaaaaaaaaaaaaaaaa', null, 'FLAC'],
  ['ID3\x04\0aaaaaaaaaaaaaaaaa', 'audio/mpeg', 'MP3'],
  ['\0\0\0\0aaaaaaaaaaaaaaaaa', 'audio/mpeg', 'audio/mpeg'],
])('%j labelled %s is refused by name, however it is cut', async (body, contentType, named) => {
  await expect(decoded([text(body)], { contentType })).rejects.toThrow(named);
  await expect(decoded(bytesOf(text(body)), { contentType })).rejects.toThrow(named);
});

test('MP3 without a tag is refused, unless the label says that these bytes are samples', async () => {
  const frames = joined(Uint8Array.of(0xff, 0xfb, 0x90, 0x64), RAW);
  await expect(decoded([frames])).rejects.toThrow('MP3');
  expect((await decoded([frames], { contentType: 'audio/pcm' })).samples).toHaveLength(12);
});

test('an error in JSON is quoted whole even when it comes a byte at a time', async () => {
  const body = '{"detail":"the model kokoro is not loaded"}';
  await expect(decoded(bytesOf(text(body)))).rejects.toThrow(`text|${body}`);
});

test('rates that no voice has are refused', async () => {
  await expect(decoded([RAW], { contentType: 'audio/pcm;rate=8' })).rejects.toThrow('8 Hz');
  await expect(decoded([encodeWav(SAMPLES, 400_000)])).rejects.toThrow('400000 Hz');
  await expect(decoded([encodeWav(SAMPLES, 24_000).subarray(0, 30)])).rejects.toThrow('inside its header');
});
