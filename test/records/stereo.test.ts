import { expect, test } from 'vitest';
import { RECORDING_RATE, Stereo } from '../../src/records/stereo.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const FRAME_MS = 20;
const frame = (value: number, rate: number) => new Int16Array((rate * FRAME_MS) / 1000).fill(value);
const LOUD = 8000;

/** Replays a call of so long in steps of 20 ms, and takes what is certain every half second. */
function played(
  ms: number,
  step: (stereo: Stereo, atMs: number) => void,
): { left: Int16Array; right: Int16Array } {
  const clock = manualClock();
  const stereo = new Stereo(() => clock.now());
  const taken: number[] = [];
  for (let atMs = 0; atMs < ms; atMs += FRAME_MS) {
    clock.advance(FRAME_MS);
    step(stereo, atMs);
    if (atMs % 500 === 0) taken.push(...stereo.take());
  }
  taken.push(...stereo.take(true));
  const channel = (at: number) =>
    Int16Array.from({ length: taken.length / 2 }, (_, i) => taken[2 * i + at] ?? 0);
  return { left: channel(0), right: channel(1) };
}

const firstMs = (samples: Int16Array) =>
  (samples.findIndex((sample) => Math.abs(sample) > LOUD / 2) * 1000) / RECORDING_RATE;
const lastMs = (samples: Int16Array) =>
  ((samples.findLastIndex((sample) => Math.abs(sample) > LOUD / 2) + 1) * 1000) / RECORDING_RATE;

test('the caller is left, the agent right, each when it is heard', () => {
  const { left, right } = played(4000, (stereo, atMs) => {
    stereo.hears(frame(atMs >= 1000 && atMs < 2000 ? LOUD : 0, 16_000));
    // Given 100 ms before it is played.
    if (atMs >= 2400 && atMs < 2900) stereo.plays(frame(LOUD, 24_000), 80);
  });
  expect(left.length).toBe(4 * RECORDING_RATE);
  expect([firstMs(left), lastMs(left)]).toEqual([expect.closeTo(1000, -1), expect.closeTo(2000, -1)]);
  expect([firstMs(right), lastMs(right)]).toEqual([expect.closeTo(2500, -1), expect.closeTo(3000, -1)]);
});

test('the agent’s voice ends where the caller cut it', () => {
  const { right } = played(3000, (stereo, atMs) => {
    stereo.hears(frame(0, 16_000));
    if (atMs === 1000) for (let i = 0; i < 10; i += 1) stereo.plays(frame(LOUD, 24_000), i * FRAME_MS);
    if (atMs === 1100) stereo.stops();
  });
  expect(lastMs(right)).toBeCloseTo(1120, -1);
});

test('sound that a busy process hears late, and all at once, is whole and where it belongs', () => {
  const { left } = played(6000, (stereo, atMs) => {
    const isBusy = atMs >= 2000 && atMs < 3000;
    if (isBusy) return;
    const late = atMs === 3000 ? 51 : 1;
    for (let i = 0; i < late; i += 1) {
      const at = atMs - (late - 1 - i) * FRAME_MS;
      stereo.hears(frame(at >= 2500 && at < 4000 ? LOUD : 0, 16_000));
    }
  });
  expect([firstMs(left), lastMs(left)]).toEqual([expect.closeTo(2500, -1), expect.closeTo(4000, -1)]);
});

test('a caller who is away for a while is silent meanwhile, and in time afterwards', () => {
  const { left } = played(12_000, (stereo, atMs) => {
    if (atMs < 2000 || atMs >= 7000) stereo.hears(frame(atMs >= 8000 ? LOUD : 0, 16_000));
  });
  expect(firstMs(left)).toBeCloseTo(8000, -1);
  expect(left.length).toBe(12 * RECORDING_RATE);
});

test('what was kept of the caller before anybody listened is where it belongs, and so is all that follows', () => {
  const { left } = played(4000, (stereo, atMs) => {
    if (atMs < 1000) return;
    // Since 800 ms, handed on at once.
    const kept = atMs === 1000 ? 11 : 1;
    for (let i = 0; i < kept; i += 1) {
      const at = atMs - (kept - 1 - i) * FRAME_MS;
      stereo.hears(frame((at >= 900 && at < 960) || at >= 3000 ? LOUD : 0, 16_000));
    }
  });
  expect(firstMs(left)).toBeCloseTo(900, -1);
  const later = left.subarray(RECORDING_RATE * 2);
  expect(firstMs(later)).toBeCloseTo(1000, -1);
});

test('of what a starved process hears far too late nothing is lost', () => {
  const wordsMs = 1500;
  let next = 0;
  const { left } = played(10_000, (stereo, atMs) => {
    if (atMs >= 2000 && atMs < 4800) return;
    // It catches up four times as fast as was spoken.
    for (let pieces = 0; pieces < 4 && next <= atMs; pieces += 1, next += FRAME_MS)
      stereo.hears(frame(next >= 2500 && next < 2500 + wordsMs ? LOUD : 0, 16_000));
  });
  const loud = left.filter((sample) => Math.abs(sample) > LOUD / 2).length;
  expect((loud * 1000) / RECORDING_RATE).toBeCloseTo(wordsMs, -1);
});
