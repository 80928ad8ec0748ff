import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { pause } from '../../src/openai/clock.ts';
import { manualClock } from '../helpers/manual-clock.ts';

test('a pause is over with its time, and leaves no listener', async () => {
  const clock = manualClock();
  const { signal } = new AbortController();
  const paused = pause(clock, 40, signal);
  clock.advance(40);
  await paused;
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('a pause is over when it is aborted, then or before, and leaves no timer', async () => {
  const clock = manualClock();
  const stop = new AbortController();
  const paused = pause(clock, 40, stop.signal);
  stop.abort();
  await paused;
  await pause(clock, 40, stop.signal);
  expect(clock.pending()).toEqual([]);
  expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
});
