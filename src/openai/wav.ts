/** What the header of a WAV file says. */
export interface WavHeader {
  sampleRate: number;
  channels: number;
  bitsPerSample: number;
  float: boolean;
  /** Where the samples begin. */
  dataOffset: number;
  /** Bytes of samples; `Infinity` when the server did not know yet. */
  dataBytes: number;
}

/** Not a WAV that can be played; `message` completes «answered …». */
export class WavError extends Error {}

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
const LONGEST_HEADER = 65_536;

/**
 * Reads the chunks before the samples. `undefined` while more bytes are needed.
 *
 * Servers that stream write the sizes before they know them: 0 (Python's `wave`), 0xFFFFFFFF (ffmpeg on a pipe).
 * Both mean «until the end»; the size in the RIFF header is ignored altogether.
 * @throws WavError for encodings other than PCM of 8, 16, 24, 32 bits and float of 32, 64 bits
 */
export function parseWavHeader(bytes: Uint8Array): WavHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: Omit<WavHeader, 'dataOffset' | 'dataBytes'> | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = ascii(bytes, at, 4);
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (id === 'data') {
      if (format === undefined) throw new WavError('a WAV with no `fmt ` chunk before its samples');
      return { ...format, dataOffset: body, dataBytes: size === 0 || size >= 0x7fffffff ? Infinity : size };
    }
    if (size > LONGEST_HEADER)
      throw new WavError(`a WAV with a \`${id}\` chunk of ${size} bytes in its header`);
    if (body + size > bytes.length) return undefined;
    if (id === 'fmt ') format = parseFormat(new DataView(view.buffer, view.byteOffset + body, size));
    // Chunks begin at even offsets.
    at = body + size + (size % 2);
  }
  if (bytes.length > LONGEST_HEADER) throw new WavError('a WAV with no samples after its header');
  return undefined;
}

/** Whether `bytes` begin as a WAV does. RF64 is the form for files beyond 4 GiB. */
export function isWav(bytes: Uint8Array): boolean {
  return /^(RIFF|RF64)$/.test(ascii(bytes, 0, 4)) && ascii(bytes, 8, 4) === 'WAVE';
}

/** Milliseconds of sound in a whole WAV file; 0 where its header cannot be read. */
export function wavDurationMs(bytes: Uint8Array): number {
  const header = isWav(bytes) ? parseWavHeader(bytes) : undefined;
  if (header === undefined) return 0;
  const { sampleRate, channels, bitsPerSample, dataOffset, dataBytes } = header;
  const frames = Math.min(dataBytes, bytes.length - dataOffset) / ((channels * bitsPerSample) / 8);
  return (frames / sampleRate) * 1000;
}

/** Reads one sample, scaled to 16 bits, at a byte offset. */
export type SampleReader = (view: DataView, at: number) => number;

/** The reader for a sample layout; 24 and more bits lose their low ones, floats are clipped to ±1. */
export function sampleReader({
  bitsPerSample,
  float,
}: {
  bitsPerSample: number;
  float: boolean;
}): SampleReader {
  if (float && bitsPerSample === 32) return (view, at) => fromFloat(view.getFloat32(at, true));
  if (float && bitsPerSample === 64) return (view, at) => fromFloat(view.getFloat64(at, true));
  if (!float && bitsPerSample === 8) return (view, at) => (view.getUint8(at) - 128) << 8;
  if (!float && bitsPerSample === 16) return (view, at) => view.getInt16(at, true);
  if (!float && bitsPerSample === 24) return (view, at) => view.getInt16(at + 1, true);
  if (!float && bitsPerSample === 32) return (view, at) => view.getInt16(at + 2, true);
  throw new WavError(`a WAV with ${bitsPerSample}-bit ${float ? 'float' : 'integer'} samples`);
}

/** Of the plain header that `wavHeader` writes. */
export const WAV_HEADER_BYTES = 44;

/** The header of a WAV file of 16-bit PCM. @param dataBytes - of its samples; the sizes have 32 bits. */
export function wavHeader(dataBytes: number, sampleRate: number, channels: number): Uint8Array {
  const bytes = new Uint8Array(WAV_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  const text = (at: number, chars: string) => bytes.set(new TextEncoder().encode(chars), at);
  text(0, 'RIFF');
  view.setUint32(4, WAV_HEADER_BYTES + dataBytes - 8, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * channels * 2, true);
  view.setUint16(32, channels * 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, dataBytes, true);
  return bytes;
}

/** A WAV file of 16-bit samples, channels interleaved, with the plain header. */
export function encodeWav(samples: Int16Array, sampleRate: number, channels = 1): Uint8Array {
  const bytes = new Uint8Array(WAV_HEADER_BYTES + samples.byteLength);
  bytes.set(wavHeader(samples.byteLength, sampleRate, channels));
  const view = new DataView(bytes.buffer, WAV_HEADER_BYTES);
  for (let i = 0; i < samples.length; i += 1) view.setInt16(i * 2, samples[i] ?? 0, true);
  return bytes;
}

function parseFormat(view: DataView): Omit<WavHeader, 'dataOffset' | 'dataBytes'> {
  if (view.byteLength < 16) throw new WavError('a WAV whose `fmt ` chunk is cut');
  const tag = view.getUint16(0, true);
  // The extensible form keeps the real tag in the first bytes of its sub-format GUID.
  const encoding = tag === EXTENSIBLE && view.byteLength >= 26 ? view.getUint16(24, true) : tag;
  if (encoding !== PCM && encoding !== FLOAT)
    throw new WavError(`a WAV with compressed samples (format ${encoding})`);
  const channels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  const format = { sampleRate, channels, bitsPerSample: view.getUint16(14, true), float: encoding === FLOAT };
  sampleReader(format);
  return format;
}

function fromFloat(value: number): number {
  return Math.round(Math.max(-1, Math.min(1, value)) * 32_767);
}

function ascii(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
