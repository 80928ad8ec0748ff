import { readFile } from 'node:fs/promises';
import { AppError, messageOf } from '../errors.ts';
import { resample } from '../openai/resample.ts';
import { encodeWav as encodeSamples, isWav, parseWavHeader, sampleReader, WavError } from '../openai/wav.ts';

/** Mono sound, 16-bit samples. */
export interface Sound {
  readonly samples: Int16Array;
  readonly sampleRate: number;
}

/**
 * Reads a WAV file; several channels are mixed to one.
 *
 * @throws AppError when it is not a WAV of PCM or float samples.
 */
export async function readWav(path: string): Promise<Sound> {
  const bytes = await readFile(path);
  try {
    return decodeWav(bytes);
  } catch (cause) {
    throw new AppError(`${path} is ${messageOf(cause)}`, {
      cause,
      hint: 'convert it: sox in.wav -b 16 -c 1 -r 48000 out.wav',
    });
  }
}

/** The same from the bytes of a file, cut ones included. @throws WavError */
export function decodeWav(bytes: Uint8Array): Sound {
  const header = isWav(bytes) ? parseWavHeader(bytes) : undefined;
  if (!header) throw new WavError('no WAV file');
  const { sampleRate, channels, bitsPerSample, dataOffset, dataBytes } = header;
  const read = sampleReader(header);
  const width = bitsPerSample / 8;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Math.floor(Math.min(dataBytes, bytes.length - dataOffset) / (width * channels));
  const samples = Int16Array.from({ length }, (_, frame) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) {
      sum += read(view, dataOffset + (frame * channels + channel) * width);
    }
    return sum / channels;
  });
  return { samples, sampleRate };
}

export const encodeWav = ({ samples, sampleRate }: Sound): Uint8Array => encodeSamples(samples, sampleRate);

export const silence = (durationMs: number, sampleRate: number): Sound => ({
  samples: new Int16Array(Math.round((durationMs * sampleRate) / 1000)),
  sampleRate,
});

export const durationMs = ({ samples, sampleRate }: Sound): number => (samples.length * 1000) / sampleRate;

/** One sound after the other, at the rate of the first. */
export function joined(first: Sound, ...rest: Sound[]): Sound {
  const parts = [first, ...rest.map((sound) => resampled(sound, first.sampleRate))];
  const samples = new Int16Array(parts.reduce((length, part) => length + part.samples.length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part.samples, at);
    at += part.samples.length;
  }
  return { samples, sampleRate: first.sampleRate };
}

/** The same sound at another rate, as long as before to a sample. */
export function resampled({ samples, sampleRate }: Sound, toRate: number): Sound {
  if (sampleRate === toRate) return { samples, sampleRate };
  const length = Math.floor((samples.length * toRate) / sampleRate);
  return { samples: resample(samples, sampleRate, toRate).slice(0, length), sampleRate: toRate };
}
