import { initializeLogger, voice } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { beforeAll, expect, test } from 'vitest';
import { CallerOutput, type Sink } from '../../src/call/caller-output.ts';
import { CoverVoice } from '../../src/call/cover-voice.ts';
import { framesOf } from '../../src/stages/speech-frames.ts';

const FRAME_MS = 20;

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

/** The first samples of each 20 ms. */
const marksOf = (samples: Int16Array) => [...samples].filter((_, at) => at % 480 === 0);

/** A track that takes sound at once and plays it when told; each 20 ms are told apart by their first sample. */
function track() {
  const played: number[] = [];
  let queued: number[] = [];
  const drained: (() => void)[] = [];
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const sink: Sink = {
    async captureFrame({ data }) {
      queued.push(...marksOf(data));
    },
    clearQueue() {
      queued = [];
      for (const resolve of drained.splice(0)) resolve();
    },
    get queuedDuration() {
      return queued.length * FRAME_MS;
    },
    waitForPlayout: () =>
      queued.length === 0 ? Promise.resolve() : new Promise((resolve) => drained.push(resolve)),
  };
  const finished: voice.PlaybackFinishedEvent[] = [];
  const told: string[] = [];
  const listener = {
    plays(samples: Int16Array, inMs: number) {
      for (const [at, mark] of marksOf(samples).entries()) told.push(`${mark} in ${inMs + at * FRAME_MS}`);
    },
    stops: () => told.push('stops'),
  };
  const cover = new CoverVoice(sink, listener);
  const output = new CallerOutput(sink, Promise.resolve(), listener, cover);
  output.on(voice.AudioOutput.EVENT_PLAYBACK_FINISHED, (event) => finished.push(event));
  return {
    ...{ output, cover, played, finished, settle, told },
    async say(...frames: number[]) {
      for (const frame of frames) await output.captureFrame(frameOf(frame));
      await settle();
    },
    async play(frames: number) {
      played.push(...queued.splice(0, frames));
      if (queued.length === 0) for (const resolve of drained.splice(0)) resolve();
      await settle();
    },
  };
}

function frameOf(mark: number): AudioFrame {
  return new AudioFrame(new Int16Array(480).fill(mark), 24_000, 1, 480);
}

test('a held voice goes on with the sample at which it stopped', async () => {
  const { output, say, play, played, finished, settle } = track();
  await say(1, 2, 3, 4, 5);
  output.flush();
  await play(2);
  output.hold();
  await settle();
  await play(10);
  expect(played).toEqual([1, 2]);
  output.release();
  await settle();
  await play(10);
  expect(played).toEqual([1, 2, 3, 4, 5]);
  await settle();
  expect(finished).toEqual([{ playbackPosition: 0.1, interrupted: false }]);
});

test('a voice held within a frame goes on within it', async () => {
  const given: Int16Array[] = [];
  let queuedDuration = 0;
  const sink: Sink = {
    captureFrame: async ({ data }) => void given.push(data),
    clearQueue() {},
    get queuedDuration() {
      return queuedDuration;
    },
    waitForPlayout: async () => {},
  };
  const output = new CallerOutput(sink, Promise.resolve());
  const samples = Int16Array.from({ length: 4800 }, (_, at) => at);
  for (const frame of framesOf(samples)) await output.captureFrame(frame);
  queuedDuration = 130;
  output.hold();
  queuedDuration = 0;
  output.release();
  await new Promise((resolve) => setImmediate(resolve));
  expect(given.slice(1).flatMap((part) => [...part])).toEqual([...samples.slice(70 * 24)]);
});

test('what waits for the track is given in one frame, as much as the track queues', async () => {
  const given: number[] = [];
  let take = () => {};
  const sink: Sink = {
    captureFrame({ samplesPerChannel }) {
      given.push(samplesPerChannel / 24);
      return new Promise<void>((resolve) => {
        take = resolve;
      });
    },
    ...{ clearQueue() {}, queuedDuration: 0, waitForPlayout: async () => {} },
  };
  const output = new CallerOutput(sink, Promise.resolve());
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  for (let frame = 0; frame < 15; frame += 1) await output.captureFrame(frameOf(frame));
  await settle();
  expect(given).toEqual([20]);
  take();
  await settle();
  take();
  await settle();
  expect(given).toEqual([20, 200, 80]);
});

test('what is said while the voice is held waits', async () => {
  const { output, say, play, played, settle } = track();
  output.hold();
  await say(1, 2);
  await play(10);
  expect(played).toEqual([]);
  output.release();
  await settle();
  await play(10);
  expect(played).toEqual([1, 2]);
});

test('an interrupted answer counts what was heard of it, and the next one is heard', async () => {
  const { output, say, play, played, finished, settle } = track();
  await say(1, 2, 3, 4, 5);
  await play(3);
  output.hold();
  output.cut();
  await say(6);
  output.flush();
  output.clearBuffer();
  expect(finished).toEqual([{ playbackPosition: 0.06, interrupted: true }]);
  await say(7, 8);
  output.flush();
  await play(10);
  await settle();
  expect(played).toEqual([1, 2, 3, 7, 8]);
  expect(finished.at(-1)).toEqual({ playbackPosition: 0.04, interrupted: false });
});

test('only of a whole answer it is known how much is left', async () => {
  const { output, say, play } = track();
  await say(1, 2, 3);
  expect(output.remainingMs).toBeUndefined();
  output.flush();
  expect(output.remainingMs).toBe(60);
  await play(1);
  expect(output.remainingMs).toBe(40);
});

test('a closed output takes no more, and says that what was left was not heard', async () => {
  const { output, say, play, played, finished } = track();
  await say(1, 2);
  await play(1);
  output.close();
  await say(3);
  await play(10);
  expect(played).toEqual([1]);
  expect(finished).toEqual([{ playbackPosition: 0.02, interrupted: true }]);
});

test('a listener is told when each frame is played, and that a held voice is not', async () => {
  const { output, say, play, told, settle } = track();
  await say(1, 2, 3);
  await play(1);
  output.hold();
  output.release();
  await settle();
  expect(told).toEqual(['1 in 0', '2 in 20', '3 in 40', 'stops', '2 in 0', '3 in 20']);
});

test('an answer begins right after a filler, and neither is cut', async () => {
  const { output, cover, say, play, played, settle } = track();
  void cover.play(new Int16Array(3 * 480).fill(9));
  await say(1, 2);
  output.flush();
  await play(10);
  await settle();
  expect(played).toEqual([9, 9, 9, 1, 2]);
});

test('speech over a filler ends it for good; the answer that waited behind it is heard when the voice is released', async () => {
  const { output, cover, say, play, played, settle } = track();
  void cover.play(new Int16Array(9 * 480).fill(9));
  await say(1, 2);
  await play(2);
  output.hold();
  await settle();
  output.release();
  await settle();
  await play(20);
  expect(played).toEqual([9, 9, 1, 2]);
});

test('the voice is free while it says nothing, is about to say nothing and is not held', async () => {
  const { output, say, play, settle } = track();
  expect(output.isFree).toBe(true);
  output.hold();
  expect(output.isFree).toBe(false);
  output.release();
  await say(1);
  expect(output.isFree).toBe(false);
  output.flush();
  await play(1);
  await settle();
  expect(output.isFree).toBe(true);
});
