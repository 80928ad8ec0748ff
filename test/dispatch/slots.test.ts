import { expect, test } from 'vitest';
import { createSlots } from '../../src/dispatch/slots.ts';

/** livekit-server's default `agents.target_load`. */
const TARGET_LOAD = 0.7;

test('load stays below the target while one slot is free and is full when none is', () => {
  const running: string[] = [];
  const slots = createSlots(10, () => running);
  for (let i = 0; i < 10; i++) {
    expect(slots.load()).toBeLessThan(TARGET_LOAD);
    running.push(`job-${i}`);
  }
  expect(slots.load()).toBe(1);
});

test('a single slot is offered whole', () => {
  expect(createSlots(1, () => []).load()).toBe(0);
});

test('an accepted job counts before it runs, and not twice when it does', () => {
  const running: string[] = [];
  const slots = createSlots(2, () => running);
  expect(slots.take('a')).toBe(true);
  expect(slots.used()).toBe(1);
  running.push('a');
  expect(slots.used()).toBe(1);
});

test('a burst beyond the slots is refused', () => {
  const slots = createSlots(2, () => []);
  expect([slots.take('a'), slots.take('b'), slots.take('c')]).toEqual([true, true, false]);
});

test('a slot is free again when its call ended', () => {
  const running = ['a'];
  const slots = createSlots(1, () => running);
  expect(slots.take('b')).toBe(false);
  running.pop();
  expect(slots.take('b')).toBe(true);
});

test('an accepted job that never starts gives its slot back after a minute', () => {
  let now = 0;
  const slots = createSlots(
    1,
    () => [],
    () => now,
  );
  slots.take('lost');
  now = 59_000;
  expect(slots.take('next')).toBe(false);
  now = 61_000;
  expect(slots.take('next')).toBe(true);
});
