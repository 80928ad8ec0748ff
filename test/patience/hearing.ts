import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type VAD, VADEventType } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { SpeechMeter, type SpeechOrSilence, WINDOW_SAMPLES } from '../../src/stages/turn/speech-meter.ts';
import { RATE } from './conditions.ts';
import { type Spoken, writeWhole } from './sounds.ts';

export const FRAME_MS = 10;
export const FRAME_SAMPLES = (FRAME_MS * RATE) / 1000;

export interface Heard extends Spoken {
  /** What the turn taker is told with each frame of 10 ms. */
  readonly frames: readonly (readonly SpeechOrSilence[])[];
}

/** What the real detector makes of a sound; its probabilities are kept. */
export async function hear(spoken: Spoken, vad: VAD, cacheDir: string): Promise<Heard> {
  const frames = framesOf(spoken.samples);
  const probabilities = await cached(spoken.samples, cacheDir, () => probabilitiesOf(frames, vad));
  return { ...spoken, frames: toldWith(frames, probabilities) };
}

/** @param samples - mono, 16 kHz; what is left of less than 10 ms is dropped. */
export function framesOf(samples: Int16Array): Int16Array[] {
  const frames: Int16Array[] = [];
  for (let at = 0; at + FRAME_SAMPLES <= samples.length; at += FRAME_SAMPLES)
    frames.push(samples.slice(at, at + FRAME_SAMPLES));
  return frames;
}

/** What the turn taker is told with each frame, by what the detector says of each window. */
export function toldWith(
  frames: readonly Int16Array[],
  probabilities: ArrayLike<number>,
): SpeechOrSilence[][] {
  const meter = new SpeechMeter();
  let judged = 0;
  return frames.map((frame, index) => {
    const silence = meter.addAudio(frame);
    const events: SpeechOrSilence[] = silence ? [silence] : [];
    while ((judged + 1) * WINDOW_SAMPLES <= (index + 1) * FRAME_SAMPLES) {
      const probability = probabilities[judged++];
      if (probability !== undefined) events.push(meter.addProbability(probability));
    }
    return events;
  });
}

async function cached(
  samples: Int16Array,
  cacheDir: string,
  make: () => Promise<number[]>,
): Promise<ArrayLike<number>> {
  const key = createHash('sha256').update(samples).digest('hex').slice(0, 20);
  const dir = join(cacheDir, 'vad');
  const file = join(dir, `${key}.f32`);
  const known = await readFile(file).catch(() => undefined);
  if (known)
    return new Float32Array(known.buffer.slice(known.byteOffset, known.byteOffset + known.byteLength));
  const made = Float32Array.from(await make());
  await mkdir(dir, { recursive: true });
  await writeWhole(file, new Uint8Array(made.buffer));
  return made;
}

/** The real detector's probability of speech in each window. */
export async function probabilitiesOf(frames: readonly Int16Array[], vad: VAD): Promise<number[]> {
  const stream = vad.stream();
  for (const frame of frames) stream.pushFrame(new AudioFrame(frame, RATE, 1, frame.length));
  // The last one is not judged before audio of the next has come.
  const whole = Math.floor((frames.length * FRAME_SAMPLES) / WINDOW_SAMPLES) - 2;
  const probabilities: number[] = [];
  for await (const { type, probability } of stream) {
    if (type === VADEventType.INFERENCE_DONE && probabilities.push(probability) >= whole) break;
  }
  stream.close();
  return probabilities;
}
