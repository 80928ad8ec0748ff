import { AudioFrame } from '@livekit/rtc-node';
import { joined } from '../openai/samples.ts';

/** How many of the first frames are no longer than so much together; at least one. */
export function fitting(frames: readonly AudioFrame[], mostMs: number): number {
  let count = 1;
  let ms = durationMs(frames.slice(0, 1));
  for (const frame of frames.slice(1)) {
    ms += durationMs([frame]);
    if (ms > mostMs) break;
    count += 1;
  }
  return count;
}

/** Frames of one rate as one; `undefined` for none. */
export function merged(frames: readonly AudioFrame[]): AudioFrame | undefined {
  const [first] = frames;
  if (!first || frames.length === 1) return first;
  const { sampleRate, channels } = first;
  const data = joined(frames.map((frame) => frame.data));
  return new AudioFrame(data, sampleRate, channels, data.length / channels);
}

/** The last of the sound, so much of it. */
export function lastOf(frames: readonly AudioFrame[], ms: number): AudioFrame[] {
  const last: AudioFrame[] = [];
  let restMs = ms;
  for (let at = frames.length - 1; at >= 0 && restMs > 0; at -= 1) {
    const frame = frames[at] as AudioFrame;
    const { data, sampleRate, channels, samplesPerChannel } = frame;
    const kept = Math.min(samplesPerChannel, Math.ceil((restMs * sampleRate) / 1000));
    restMs -= (kept * 1000) / sampleRate;
    const isAll = kept === samplesPerChannel;
    last.unshift(isAll ? frame : new AudioFrame(data.slice(-kept * channels), sampleRate, channels, kept));
  }
  return last;
}

export function durationMs(frames: readonly AudioFrame[]): number {
  return frames.reduce(
    (sum, { samplesPerChannel, sampleRate }) => sum + (samplesPerChannel * 1000) / sampleRate,
    0,
  );
}
