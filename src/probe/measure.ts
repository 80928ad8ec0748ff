import { meanPower } from '../openai/samples.ts';
import type { Sound } from './wav.ts';

/** A stretch of sound, in milliseconds from its beginning. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

export interface VoicedOptions {
  /** RMS of 10 ms above which it counts as sound, relative to full scale. Comfort noise stays below the default. */
  thresholdDb?: number;
  /** Pauses up to this do not split a span. */
  maxPauseMs?: number;
  /** Clicks shorter than this do not count. */
  minLengthMs?: number;
}

const FRAME_MS = 10;

/** Where there is speech (or any sound), by energy. */
export function voicedSpans(
  { samples, sampleRate }: Sound,
  { thresholdDb = -45, maxPauseMs = 300, minLengthMs = 30 }: VoicedOptions = {},
): Span[] {
  const frame = Math.round((sampleRate * FRAME_MS) / 1000);
  const threshold = 32768 * 10 ** (thresholdDb / 20);
  const spans: { startMs: number; endMs: number }[] = [];
  for (let at = 0; at < samples.length; at += frame) {
    if (Math.sqrt(meanPower(samples, at, at + frame)) < threshold) continue;
    const startMs = (at * 1000) / sampleRate;
    const endMs = (Math.min(at + frame, samples.length) * 1000) / sampleRate;
    const last = spans.at(-1);
    if (last && startMs - last.endMs <= maxPauseMs) last.endMs = endMs;
    else spans.push({ startMs, endMs });
  }
  return spans.filter(({ startMs, endMs }) => endMs - startMs >= minLengthMs);
}

/** From the first to the last voiced moment; nothing when there is none. */
export function voicedExtent(sound: Sound, options?: VoicedOptions): Span | undefined {
  const spans = voicedSpans(sound, options);
  const [first, last] = [spans[0], spans.at(-1)];
  return first && last && { startMs: first.startMs, endMs: last.endMs };
}
