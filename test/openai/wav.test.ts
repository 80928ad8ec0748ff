import { expect, test } from 'vitest';
import { encodeWav, isWav, parseWavHeader, sampleReader, WavError } from '../../src/openai/wav.ts';

interface Parts {
  format?: number;
  bits?: number;
  channels?: number;
  sampleRate?: number;
  riffSize?: number;
  dataSize?: number;
  /** Chunks between `fmt ` and `data`. */
  between?: Buffer;
  extensible?: boolean;
}

/** A WAV as other programs write it, up to its samples. */
function header(parts: Parts = {}): Buffer {
  const { format = 1, bits = 16, channels = 1, sampleRate = 24_000, extensible = false } = parts;
  const fmt = Buffer.alloc(extensible ? 40 : 16);
  fmt.writeUInt16LE(extensible ? 0xfffe : format, 0);
  fmt.writeUInt16LE(channels, 2);
  fmt.writeUInt32LE(sampleRate, 4);
  fmt.writeUInt16LE(bits, 14);
  if (extensible) fmt.writeUInt16LE(format, 24);
  return Buffer.concat([
    chunk('RIFF', Buffer.from('WAVE'), parts.riffSize ?? 0),
    chunk('fmt ', fmt),
    parts.between ?? Buffer.alloc(0),
    chunk('data', Buffer.alloc(0), parts.dataSize ?? 0),
  ]);
}

function chunk(id: string, body: Buffer, size = body.length): Buffer {
  const head = Buffer.alloc(8, id);
  head.writeUInt32LE(size, 4);
  return Buffer.concat([head, body, Buffer.alloc(size === body.length ? size % 2 : 0)]);
}

test('what is encoded parses back', () => {
  const wav = encodeWav(Int16Array.from([1, -2, 3]), 16_000);
  expect(isWav(wav)).toBe(true);
  expect(parseWavHeader(wav)).toEqual({
    sampleRate: 16_000,
    channels: 1,
    bitsPerSample: 16,
    float: false,
    dataOffset: 44,
    dataBytes: 6,
  });
  expect([...wav.subarray(44)]).toEqual([1, 0, 254, 255, 3, 0]);
});

test.each([0, 0xffffffff, 0x7fffffff])(
  'the size %d, written by servers that stream, means until the end',
  (size) => {
    expect(parseWavHeader(header({ dataSize: size, riffSize: size }))?.dataBytes).toBe(Infinity);
  },
);

test('chunks before the samples are skipped, odd ones with their padding, and every cut waits for more', () => {
  const between = Buffer.concat([chunk('LIST', Buffer.from('INFOISFT!')), chunk('fact', Buffer.alloc(4))]);
  const wav = header({ between, dataSize: 10 });
  for (let cut = 0; cut < wav.length; cut += 1) expect(parseWavHeader(wav.subarray(0, cut))).toBeUndefined();
  expect(parseWavHeader(wav)).toMatchObject({ dataOffset: wav.length, dataBytes: 10 });
});

test('the extensible form is read by its sub-format', () => {
  expect(parseWavHeader(header({ extensible: true, format: 3, bits: 32 }))).toMatchObject({
    float: true,
    bitsPerSample: 32,
  });
  expect(parseWavHeader(header({ extensible: true, channels: 2 }))).toMatchObject({
    float: false,
    channels: 2,
  });
});

test.each([
  [8, false, [128, 255, 0], [0, 32_512, -32_768]],
  [16, false, [0x34, 0x12, 0xff, 0xff], [0x1234, -1]],
  [24, false, [0x99, 0x34, 0x12, 0x00, 0xff, 0xff], [0x1234, -1]],
  [32, false, [0x99, 0x99, 0x34, 0x12], [0x1234]],
  [32, true, [...new Uint8Array(Float32Array.from([0.5, -1, 2]).buffer)], [16_384, -32_767, 32_767]],
  [64, true, [...new Uint8Array(Float64Array.from([0.5]).buffer)], [16_384]],
])('samples of %d bits (float: %s) are scaled to 16', (bitsPerSample, float, bytes, expected) => {
  const read = sampleReader({ bitsPerSample, float });
  const view = new DataView(Uint8Array.from(bytes).buffer);
  expect(expected.map((_, i) => read(view, (i * bitsPerSample) / 8))).toEqual(expected);
});

test.each([
  [{ format: 7, bits: 8 }, 'compressed samples (format 7)'],
  [{ bits: 12 }, '12-bit integer'],
  [{ between: chunk('junk', Buffer.alloc(0), 1_000_000) }, '1000000 bytes in its header'],
])('%j is refused with the reason', (parts, reason) => {
  expect(() => parseWavHeader(header(parts))).toThrow(WavError);
  expect(() => parseWavHeader(header(parts))).toThrow(reason);
});

test('samples before any format are refused', () => {
  const wav = Buffer.concat([chunk('RIFF', Buffer.from('WAVE'), 0), chunk('data', Buffer.alloc(4))]);
  expect(() => parseWavHeader(wav)).toThrow('no `fmt ` chunk');
});
