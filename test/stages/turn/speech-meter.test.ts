import { expect, test } from 'vitest';
import { SpeechMeter, type SpeechOrSilence } from '../../../src/stages/turn/speech-meter.ts';

const FRAME = 160;
const WINDOW = 512;

/** 10 ms at 16 kHz: a tone, or next to nothing. */
function frame(isLoud: boolean): Int16Array {
  return Int16Array.from({ length: FRAME }, (_, i) => Math.round((isLoud ? 8000 : 1) * Math.sin(i / 3)));
}

interface Part {
  ms: number;
  isLoud: boolean;
  /** What the detector says of the windows that end in this part, one after the other; the last one again and again. */
  probabilities: readonly number[];
}

/** What is told after each frame, in the end. */
function hearing(...parts: readonly Part[]): SpeechOrSilence {
  const meter = new SpeechMeter();
  let samples = 0;
  let windows = 0;
  let last: SpeechOrSilence = { silenceMs: 0 };
  for (const { ms, isLoud, probabilities } of parts) {
    const rest = [...probabilities];
    for (let at = 0; at < ms; at += 10) {
      last = meter.addAudio(frame(isLoud)) ?? last;
      samples += FRAME;
      while ((windows + 1) * WINDOW <= samples) {
        windows += 1;
        last = meter.addProbability((rest.length > 1 ? rest.shift() : rest[0]) ?? 0);
      }
    }
  }
  return last;
}

/** The level stands out of what was heard before. */
const before = (ms: number): Part => ({ ms, isLoud: false, probabilities: [0] });
const speech = (ms: number): Part => ({ ms, isLoud: true, probabilities: [0.95] });
const quiet = (ms: number, ...probabilities: number[]): Part => ({ ms, isLoud: false, probabilities });

test('speech is measured in windows of the detector', () => {
  expect(hearing(before(160), speech(320))).toEqual({ speechMs: 320 });
});

test('silence counts from the end of the sound, not from the end of its window', () => {
  // The sound ends at 330 ms, the first silent window at 384 ms.
  expect(hearing(before(160), speech(330), quiet(60, 0.6, 0.1))).toEqual({ silenceMs: 60 });
});

test('nothing is silence while the detector is sure of speech', () => {
  expect(hearing(before(160), speech(320), quiet(90, 0.9))).toEqual({ speechMs: 384 });
});

test('a quiet is silence as soon as the detector doubts, and speech if there was sound meanwhile', () => {
  expect(hearing(before(160), speech(320), quiet(60, 0.6))).toEqual({ silenceMs: 60 });
  expect(hearing(before(160), speech(320), quiet(90, 0.6))).toEqual({ silenceMs: 90 });
  expect(hearing(before(160), speech(320), quiet(50, 0.6))).toEqual({ speechMs: 352 });
  expect(hearing(before(160), speech(320), quiet(90, 0.6), speech(40))).toEqual({ speechMs: 448 });
});

test('what the detector takes for silence while it is loud is a doubt', () => {
  expect(hearing(before(160), speech(320), { ms: 70, isLoud: true, probabilities: [0.1] })).toEqual({
    silenceMs: 0,
  });
});

test('noise that is never still is silence when the detector has said so for long', () => {
  expect(hearing(before(160), speech(320), { ms: 130, isLoud: true, probabilities: [0.1] })).toEqual({
    silenceMs: 130,
    stirs: true,
  });
});

test('speech that comes back is a doubt before it is speech', () => {
  expect(hearing(before(160), speech(320), quiet(64, 0.05, 0.3))).toEqual({ silenceMs: 0 });
  expect(hearing(before(160), speech(320), quiet(50, 0.05), speech(10))).toEqual({ silenceMs: 0 });
});

test('what is louder than the background stirs in a silence, before the detector calls it speech', () => {
  const paused = [before(160), speech(320), quiet(400, 0.05)];
  expect(hearing(...paused)).toEqual({ silenceMs: 400 });
  const stirring: Part = { ms: 20, isLoud: true, probabilities: [0.1] };
  expect(hearing(...paused, stirring)).toEqual({ silenceMs: 420, stirs: true });
  expect(hearing(...paused, stirring, quiet(20, 0.05))).toEqual({ silenceMs: 440 });
});
