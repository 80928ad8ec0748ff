import { parseWavHeader } from '../../src/openai/wav.ts';
import type { Sound } from '../../src/probe/wav.ts';

const LOUD = 600;

/** The two channels of a WAV file as its header says, cut ones included. */
export function channelsOf(bytes: Uint8Array): { left: Sound; right: Sound } {
  const header = parseWavHeader(bytes);
  if (header?.channels !== 2 || header.bitsPerSample !== 16) throw new Error('no WAV of two channels');
  const { dataOffset, dataBytes, sampleRate } = header;
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataOffset);
  const length = Math.floor(Math.min(dataBytes, bytes.length - dataOffset) / 4);
  const channel = (at: number) => ({
    samples: Int16Array.from({ length }, (_, frame) => view.getInt16(frame * 4 + at, true)),
    sampleRate,
  });
  return { left: channel(0), right: channel(2) };
}

/** Where the first loud sound from a moment on is, in milliseconds. */
export function firstSoundMs({ samples, sampleRate }: Sound, fromMs = 0): number {
  const from = Math.max(0, Math.round((fromMs * sampleRate) / 1000));
  const at = samples.findIndex((sample, index) => index >= from && Math.abs(sample) > LOUD);
  return (at * 1000) / sampleRate;
}
