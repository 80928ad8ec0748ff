import { SAME_SPEECH, similarity } from '../../src/probe/likeness.ts';
import { resampled, type Sound } from '../../src/probe/wav.ts';
import { firstSoundMs } from '../helpers/stereo-wav.ts';
import { TELEPHONE_RATE } from './phone.ts';

const HEAD_MS = 200;

const rms = (samples: Int16Array): number =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length));

/**
 * How loud the first 200 ms of a known sound were in what a telephone heard, beside how loud they are in the rest of each: 1 where all of
 * it is there, 0 where the beginning is cut off.
 *
 * @throws where the sound was not heard at all.
 */
export function headHeard(heard: Sound, spoken: Sound): number {
  const known = resampled(spoken, TELEPHONE_RATE);
  const line = resampled(heard, TELEPHONE_RATE);
  const { score, atMs } = similarity(line, known);
  if (score < SAME_SPEECH) throw new Error(`heard something else: ${score.toFixed(2)} alike`);
  const shareOfHead = ({ samples }: Sound, startMs: number) => {
    const part = (fromMs: number, toMs: number) =>
      samples.slice(Math.max(0, fromMs * 8), Math.max(0, toMs * 8));
    const headMs = Math.round(startMs + firstSoundMs(known));
    return rms(part(headMs, headMs + HEAD_MS)) / rms(part(headMs + HEAD_MS, headMs + 5 * HEAD_MS));
  };
  return shareOfHead(line, atMs) / shareOfHead(known, 0);
}
