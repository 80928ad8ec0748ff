import type { Audio } from './audio.ts';

const FRAME_MS = 20;
/** Root mean square of a 16-bit frame, about -44 dBFS: above room noise, below quiet speech. */
const VOICED_RMS = 200;
const SHORTEST_SPEECH_MS = 100;

/** From the first to the last sound, in milliseconds; 0 for silence, near-silence and clicks. */
export function spokenMs({ samples, sampleRate }: Audio): number {
  const frameLength = Math.round((sampleRate * FRAME_MS) / 1000);
  const voiced: number[] = [];
  for (let frame = 0; (frame + 1) * frameLength <= samples.length; frame += 1) {
    if (rms(samples.subarray(frame * frameLength, (frame + 1) * frameLength)) >= VOICED_RMS)
      voiced.push(frame);
  }
  const first = voiced[0];
  const last = voiced.at(-1);
  if (first === undefined || last === undefined || voiced.length * FRAME_MS < SHORTEST_SPEECH_MS) return 0;
  return (last - first + 1) * FRAME_MS;
}

function rms(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}
