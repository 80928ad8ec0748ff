import { expect, test } from 'vitest';
import { type KeptCall, KeptCalls, keyOf } from '../../src/dispatch/kept-calls.ts';
import { keptCall } from '../helpers/kept-call.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const call = (text: string): KeptCall => keptCall([['user', text]]);

test('what is kept is given once', () => {
  const kept = new KeptCalls({ withinMs: 1000, clock: manualClock() });
  kept.keep(keyOf('room', 'ann'), call('mine'));
  expect(kept.take(keyOf('room', 'bob'))).toBeUndefined();
  expect(kept.take(keyOf('room', 'ann'))).toEqual(call('mine'));
  expect(kept.take(keyOf('room', 'ann'))).toBeUndefined();
});

test('it is forgotten when its time is up, and no timer is left of what was taken', () => {
  const clock = manualClock();
  const kept = new KeptCalls({ withinMs: 1000, clock });
  kept.keep('a', call('early'));
  clock.advance(600);
  kept.keep('b', call('late'));
  clock.advance(400);
  expect(kept.size).toBe(1);
  kept.take('b');
  expect(clock.pending()).toEqual([]);
});

test('the same key keeps the newer for its whole time', () => {
  const clock = manualClock();
  const kept = new KeptCalls({ withinMs: 1000, clock });
  kept.keep('a', call('first'));
  clock.advance(600);
  kept.keep('a', call('second'));
  clock.advance(600);
  expect(kept.take('a')).toEqual(call('second'));
});

test('beyond the bounds the oldest go', () => {
  const clock = manualClock();
  const kept = new KeptCalls({ withinMs: 1000, clock, most: { calls: 2, bytes: 2000 } });
  for (const key of ['a', 'b', 'c']) kept.keep(key, call(key));
  expect([kept.take('a'), kept.size]).toEqual([undefined, 2]);
  kept.keep('d', call('x'.repeat(1000)));
  expect([kept.take('b'), kept.take('d')]).toEqual([undefined, call('x'.repeat(1000))]);
  kept.keep('e', call('x'.repeat(5000)));
  expect([kept.take('e'), kept.size]).toEqual([undefined, 0]);
});

test('no two callers have one key', () => {
  expect(keyOf('a', 'b","c')).not.toBe(keyOf('a","b', 'c'));
});
