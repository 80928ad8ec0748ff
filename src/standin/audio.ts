import { type PcmChunk, pcmStream } from '../openai/pcm.ts';
import { joined } from '../openai/samples.ts';
import { isWav } from '../openai/wav.ts';
import { RequestProblem } from './reply.ts';

/** Mono 16-bit audio. */
export interface Audio {
  samples: Int16Array;
  sampleRate: number;
}

/** An uploaded WAV, mixed to mono; one without samples if `mayBeEmpty`. Throws `RequestProblem` (400) for anything else. */
export async function readWav(file: Blob, mayBeEmpty = false): Promise<Audio> {
  const refusal = (what: string) =>
    new RequestProblem(400, `The stand-in reads WAV only, not ${what}.`, 'file');
  if (!(await isWavFile(file))) throw refusal('this format');
  const chunks: PcmChunk[] = [];
  for await (const chunk of pcmStream(file.stream(), { contentType: 'audio/wav', invalid: refusal }))
    chunks.push(chunk);
  const first = chunks[0];
  if (!first && mayBeEmpty) return { samples: new Int16Array(), sampleRate: 16_000 };
  if (!first) throw refusal('a file without samples');
  return { samples: joined(chunks.map(({ samples }) => samples)), sampleRate: first.sampleRate };
}

export const isWavFile = async (file: Blob) => isWav(new Uint8Array(await file.slice(0, 12).arrayBuffer()));

/** Raw little-endian samples, as `pcm` is sent. */
export function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}
