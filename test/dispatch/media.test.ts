import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { type MediaOutcome, type MediaWatch, watchMedia } from '../../src/dispatch/media.ts';
import { type ManualClock, manualClock } from '../helpers/manual-clock.ts';

const OK: MediaOutcome = { ok: true };
const NO_PATH: MediaOutcome = { ok: false, failed: 'media', reason: 'no media path' };
const NO_SERVER: MediaOutcome = { ok: false, failed: 'signal', reason: 'connection refused' };

let clock: ManualClock;
let checks: number;
let outcome: MediaOutcome;
let media: MediaWatch;
beforeEach(() => {
  clock = manualClock();
  checks = 0;
  outcome = OK;
  media = watchMedia({
    clock,
    log: pino({ level: 'silent' }),
    check: async () => {
      checks += 1;
      return outcome;
    },
  });
});

async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  // A check ends after the timers that start it.
  await new Promise((resolve) => setImmediate(resolve));
}

test('one join at the start makes ready, and none follows by itself', async () => {
  expect(media.problem()).toBe('media: no join was tried yet');
  await pass(0);
  expect(media.problem()).toBeUndefined();
  await pass(86_400_000);
  expect(checks).toBe(1);
});

test.each([NO_PATH, NO_SERVER])(
  'until it works the reason is told, and it is tried again at growing intervals: %o',
  async (failure) => {
    outcome = failure;
    await pass(0);
    for (const [wait, tried] of [
      [2000, 2],
      [2000, 2],
      [3000, 3],
      [10_000, 4],
    ] as const) {
      await pass(wait);
      expect(checks).toBe(tried);
    }
    expect(media.problem()).toBe(`media: ${failure.ok ? '' : failure.reason}`);
    outcome = OK;
    await pass(20_000);
    expect(media.problem()).toBeUndefined();
  },
);

test('a call that could not connect has it looked at again: no media path makes unready, until there is one', async () => {
  await pass(0);
  outcome = NO_PATH;
  for (let calls = 0; calls < 20; calls += 1) media.callFailed();
  await pass(10_000);
  expect(checks).toBe(2);
  expect(media.problem()).toBe('media: no media path');
  outcome = OK;
  await pass(2000);
  expect(media.problem()).toBeUndefined();
});

test('a LiveKit that restarts makes nobody unready who was ready', async () => {
  await pass(0);
  outcome = NO_SERVER;
  media.callFailed();
  await pass(10_000);
  expect(checks).toBe(2);
  expect(media.problem()).toBeUndefined();
});

test('nothing is tried after the end', async () => {
  outcome = NO_PATH;
  await pass(0);
  media.stop();
  await pass(100_000);
  expect(checks).toBe(1);
});

test('a check that is under way at the end is the last one', async () => {
  outcome = NO_PATH;
  clock.advance(0);
  media.stop();
  await pass(100_000);
  expect(checks).toBe(1);
});
