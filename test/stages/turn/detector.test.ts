import { type VAD, VADEventType } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { expect, test } from 'vitest';
import { type CallerVad, Detector, type DetectorHooks } from '../../../src/stages/turn/detector.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));
const frame = (ms = 32) => new AudioFrame(new Int16Array(16 * ms), 16_000, 1, 16 * ms);

const told = (log: string[]): DetectorHooks => ({
  onWindow: () => log.push('judged'),
  onRestart: (reason) => log.push(`opened again: ${reason}`),
  onLost: (reason) => log.push(`lost: ${reason}`),
});

type Fault = 'none' | 'throws at pushes' | 'ends' | 'breaks' | 'is silent';

/** A detector whose streams judge each frame at once, unless they have this fault. */
function detectorWith(faultOf: (stream: number) => Fault | 'cannot open') {
  const clock = manualClock();
  const log: string[] = [];
  let opened = 0;
  const stream = () => {
    const fault = faultOf(opened++);
    if (fault === 'cannot open') throw new Error('no model');
    let tell: (result: object) => void = () => {};
    let fail: (error: Error) => void = () => {};
    return {
      pushFrame() {
        if (fault === 'throws at pushes') throw new Error('Stream is closed');
        if (fault === 'ends') tell({ done: true });
        if (fault === 'breaks') fail(new Error('native error'));
        if (fault === 'none') tell({ value: { type: VADEventType.INFERENCE_DONE, probability: 0.5 } });
      },
      close() {},
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise((resolve, reject) => {
            tell = resolve;
            fail = reject;
          }),
      }),
    };
  };
  const detector = new Detector({ stream } as unknown as VAD, told(log), clock);
  const hears = async (frames: number, ms = 32) => {
    for (let at = 0; at < frames; at += 1) {
      detector.push(frame(ms));
      clock.advance(ms);
      await settled();
    }
  };
  return { detector, clock, log, hears, opened: () => opened };
}

test.each([
  ['throws at pushes', 'Stream is closed'],
  ['ends', 'it ended'],
  ['breaks', 'native error'],
] as const)('a detector that %s is opened again', async (fault, reason) => {
  const { hears, log } = detectorWith((stream) => (stream === 0 ? fault : 'none'));
  await hears(3);
  expect(log).toEqual([`opened again: ${reason}`, 'judged', 'judged']);
});

test('a detector that judges nothing more is opened again', async () => {
  const { hears, log } = detectorWith((stream) => (stream === 0 ? 'is silent' : 'none'));
  await hears(39, 100);
  expect(log).toEqual([]);
  await hears(2, 100);
  expect(log).toEqual(['opened again: it judges nothing more', 'judged']);
});

test('one whose answer waits while the event loop stands still is left alone: timers are told first', () => {
  const clock = manualClock();
  const log: string[] = [];
  let judged = (_probability: number) => {};
  const vad: Pick<CallerVad, 'windows'> = {
    windows({ onWindow }) {
      judged = onWindow;
      return { pushFrame() {}, close() {} };
    },
  };
  const detector = new Detector(vad as CallerVad, told(log), clock);
  for (let at = 0; at < 70; at += 1) detector.push(frame());
  clock.advance(2000);
  judged(0.5);
  clock.advance(10_000);
  expect(log).toEqual(['judged']);
});

test('a detector that is only late is left alone', async () => {
  const { detector, clock, hears, log } = detectorWith(() => 'none');
  await hears(1);
  for (let at = 0; at < 100; at += 1) detector.push(frame());
  await settled();
  clock.advance(10_000);
  expect(log.filter((line) => line !== 'judged')).toEqual([]);
});

test.each(['cannot open', 'breaks'] as const)(
  'a detector that %s again and again is given up',
  async (fault) => {
    const { hears, log, opened } = detectorWith(() => fault);
    await hears(10);
    expect(log).toHaveLength(4);
    expect(log.at(-1)).toMatch(/^lost: /);
    expect(opened()).toBe(4);
  },
);

test('a closed detector is silent', async () => {
  const { detector, hears, log } = detectorWith(() => 'breaks');
  detector.close();
  await hears(2);
  expect(log).toEqual([]);
});
