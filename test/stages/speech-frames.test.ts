import { expect, test } from 'vitest';
import { FrameWriter, framesOf } from '../../src/stages/speech-frames.ts';

const PER_MS = 24;

/** Each sample is its own place, so that what is lost, doubled or moved shows. */
const counted = (from: number, length: number) => Int16Array.from({ length }, (_, index) => from + index);

function writer() {
  const put: { ms: number; final: boolean }[] = [];
  const heard: number[] = [];
  const frames = new FrameWriter(({ frame, final }) => {
    put.push({ ms: frame.samplesPerChannel / PER_MS, final });
    heard.push(...frame.data);
  });
  return { put, heard, frames };
}

test('every sample is passed on once, in its order, however the pieces are cut', () => {
  const { put, heard, frames } = writer();
  let at = 0;
  for (const length of [1, 479, 480, 481, 0, 2400, 7, 9000, 959]) {
    frames.write(counted(at, length));
    at += length;
  }
  frames.end();
  expect(heard).toEqual([...counted(0, at)]);
  expect(Math.max(...put.map(({ ms }) => ms))).toBe(200);
  expect(put.filter(({ final }) => final)).toEqual([put.at(-1)]);
});

test('what comes is passed on at once but for less than 40 ms of it', () => {
  const { put, frames } = writer();
  frames.write(new Int16Array(90 * PER_MS));
  expect(put).toEqual([{ ms: 60, final: false }]);
  frames.write(new Int16Array(450 * PER_MS));
  expect(put.slice(1).map(({ ms }) => ms)).toEqual([200, 200, 60]);
});

test('speech that broke off has no final frame, and none at all makes no frame', () => {
  const { put, frames } = writer();
  frames.write(new Int16Array(10 * PER_MS));
  frames.end(false);
  expect(put).toEqual([{ ms: 10, final: false }]);
  const silent = writer();
  silent.frames.end();
  expect(silent.put).toEqual([]);
});

test('sound that is there is given in frames of 200 ms', () => {
  const frames = [...framesOf(counted(0, 450 * PER_MS))];
  expect(frames.map(({ samplesPerChannel }) => samplesPerChannel / PER_MS)).toEqual([200, 200, 50]);
});
