import { expect, test } from 'vitest';
import { createRecording, HEARD_FRAME_MS, HEARD_RATE, type Recording } from '../../src/probe/recording.ts';
import { silence } from '../../src/probe/wav.ts';
import { tone } from './sounds.ts';

const loud = tone(300, HEARD_FRAME_MS, HEARD_RATE).samples;
const quiet = silence(HEARD_FRAME_MS, HEARD_RATE).samples;

/** Adds frames that are heard from `startMs` on; each arrives when it ended, or later by `delayMs`. */
function add(
  recording: Recording,
  frames: readonly Int16Array[],
  { startMs, delayMs = () => 0 }: { startMs: number; delayMs?: (index: number) => number },
): void {
  for (const [i, frame] of frames.entries()) {
    recording.add(frame, startMs + (i + 1) * HEARD_FRAME_MS + delayMs(i));
  }
}

const times = (count: number, frame: Int16Array) => Array.from({ length: count }, () => frame);

test('speech is found after a moment, and when its last sound ended', () => {
  const recording = createRecording();
  add(recording, [...times(50, quiet), ...times(20, loud), ...times(30, quiet)], { startMs: 1000 });
  expect(recording.endMs).toBe(2000);
  expect(recording.speechAfter(1000)).toBe(1500);
  expect(recording.speechAfter(1600)).toBe(1600);
  expect(recording.speechAfter(1701)).toBeUndefined();
  expect(recording.lastSoundAfter(1000)).toBe(1700);
  expect(recording.lastSoundAfter(1701)).toBeUndefined();
});

test('a place in what was heard is a moment, also after a time without a track', () => {
  const recording = createRecording();
  add(recording, times(150, quiet), { startMs: 0 });
  add(recording, [...times(20, quiet), ...times(200, loud)], { startMs: 5000 });
  expect(recording.momentOf(1000, 200)).toBe(1200);
  expect(recording.momentOf(1000, 705)).toBe(5205);
});

test('a click is not speech', () => {
  const recording = createRecording();
  add(recording, [...times(20, quiet), ...times(2, loud), ...times(20, quiet)], { startMs: 0 });
  expect(recording.speechAfter(0)).toBeUndefined();
});

test('a busy event loop that delivers late does not shift what was heard', () => {
  const recording = createRecording();
  const stalled = (i: number) => (i >= 30 && i < 60 ? (60 - i) * HEARD_FRAME_MS : 0);
  add(recording, [...times(40, quiet), ...times(20, loud), ...times(40, quiet)], {
    startMs: 0,
    delayMs: stalled,
  });
  expect(recording.speechAfter(0)).toBe(400);
  expect(recording.lastSoundAfter(0)).toBe(600);
});

test('a stream that pauses goes on at its own time', () => {
  const recording = createRecording();
  add(recording, times(10, quiet), { startMs: 0 });
  add(recording, times(200, loud), { startMs: 5000 });
  expect(recording.speechAfter(0)).toBe(5000);
  expect(recording.between(4000, 5500).samples).toHaveLength((HEARD_RATE * 500) / 1000);
});

test('a part of the recording is cut by time', () => {
  const recording = createRecording();
  add(recording, [...times(50, quiet), ...times(50, loud)], { startMs: 2000 });
  const { samples, sampleRate } = recording.between(2400, 2600);
  expect(sampleRate).toBe(HEARD_RATE);
  expect(samples).toHaveLength((HEARD_RATE * 200) / 1000);
  expect(samples.slice(0, samples.length / 2).every((sample) => sample === 0)).toBe(true);
  expect(recording.between().samples).toHaveLength(HEARD_RATE);
});

test('an empty recording has no end', () => {
  const recording = createRecording();
  expect(recording.endMs).toBeUndefined();
  expect(recording.between().samples).toHaveLength(0);
  expect(recording.lastSoundAfter(0)).toBeUndefined();
});
