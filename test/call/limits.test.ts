import { beforeEach, expect, test } from 'vitest';
import { Limits } from '../../src/call/limits.ts';
import { type ManualClock, manualClock } from '../helpers/manual-clock.ts';

let clock: ManualClock;
let events: string[];
function start(options: { maxCallMs?: number; idleTimeoutMs?: number } = {}): Limits {
  const limits = create(options);
  limits.begin();
  return limits;
}

function create(options: { maxCallMs?: number; idleTimeoutMs?: number } = {}): Limits {
  return new Limits({
    maxCallMs: 60_000,
    idleTimeoutMs: 1000,
    ...options,
    onIdle: () => events.push('ask'),
    onEnd: (reason) => events.push(reason),
    clock,
  });
}

beforeEach(() => {
  clock = manualClock();
  events = [];
});

test('a silent caller is asked once, and after the same silence again the call ends', () => {
  const limits = start();
  limits.quiet();
  clock.advance(1000);
  expect(events).toEqual(['ask']);
  limits.busy();
  limits.quiet();
  clock.advance(1000);
  expect(events).toEqual(['ask', 'idle']);
});

test('an answer to the question starts the count anew', () => {
  const limits = start();
  limits.quiet();
  clock.advance(1000);
  limits.heard();
  limits.quiet();
  clock.advance(1000);
  expect(events).toEqual(['ask', 'ask']);
});

test('time in which the agent thinks or speaks is no silence', () => {
  const limits = start();
  limits.quiet();
  clock.advance(900);
  limits.busy();
  clock.advance(5000);
  expect(events).toEqual([]);
});

test('an idle timeout of 0 never asks', () => {
  start({ idleTimeoutMs: 0 }).quiet();
  clock.advance(50_000);
  expect(events).toEqual([]);
});

test('the longest call ends whatever happens in it, and nothing follows', () => {
  const limits = start({ maxCallMs: 5000 });
  limits.quiet();
  clock.advance(500);
  limits.busy();
  clock.advance(4500);
  expect(events).toEqual(['max-duration']);
  clock.advance(60_000);
  expect(events).toEqual(['max-duration']);
});

test('nothing fires after stop', () => {
  const limits = start();
  limits.quiet();
  limits.stop();
  clock.advance(100_000);
  expect(events).toEqual([]);
});

test('nothing that happens after stop counts: a good-bye begins and ends, the line opens late', () => {
  const limits = create({ maxCallMs: 5000 });
  limits.stop();
  limits.begin();
  limits.busy();
  limits.quiet();
  limits.talkedOn(3);
  limits.talkedOn(4);
  clock.advance(100_000);
  expect(events).toEqual([]);
});

test('who never stops speaking is asked after three longest turns in a row, and the call ends with the fourth', () => {
  const limits = start();
  for (const turn of [1, 2]) limits.talkedOn(turn);
  expect(events).toEqual([]);
  limits.talkedOn(3);
  expect(events).toEqual(['ask']);
  limits.heard();
  limits.talkedOn(1);
  expect(events).toEqual(['ask']);
  limits.talkedOn(4);
  expect(events).toEqual(['ask', 'idle']);
});

test('where nobody is asked, nobody is ended for speaking on', () => {
  const limits = start({ idleTimeoutMs: 0 });
  for (const turn of [1, 2, 3, 4, 5]) limits.talkedOn(turn);
  expect(events).toEqual([]);
});

test('time in which a phone rings counts neither as silence nor as call', () => {
  const limits = create({ maxCallMs: 5000 });
  limits.quiet();
  clock.advance(100_000);
  expect(events).toEqual([]);
  limits.begin();
  clock.advance(1000);
  expect(events).toEqual(['ask']);
  clock.advance(4000);
  expect(events).toEqual(['ask', 'max-duration']);
});
