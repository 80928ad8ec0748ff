import { expect, test } from 'vitest';
import { Primed } from '../../src/call/primed.ts';
import { manualClock } from '../helpers/manual-clock.ts';

test('of several calls with one prompt, the first has it read; after five minutes one does again', () => {
  const clock = manualClock();
  const primed = new Primed(clock);
  expect([primed.claim('a'), primed.claim('a'), primed.claim('b')]).toEqual([true, false, true]);
  clock.advance(4 * 60_000);
  expect(primed.claim('a')).toBe(false);
  clock.advance(60_000);
  expect([primed.claim('a'), primed.claim('a')]).toEqual([true, false]);
});

test('what was not read after all, the next call has read', () => {
  const primed = new Primed(manualClock());
  primed.claim('a');
  primed.forget('a');
  expect(primed.claim('a')).toBe(true);
});
