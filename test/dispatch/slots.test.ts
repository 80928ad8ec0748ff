import { expect, test } from 'vitest';
import { createSlots } from '../../src/dispatch/slots.ts';

/** livekit-server's default `agents.target_load`. */
const TARGET_LOAD = 0.7;

test('load stays below the target while one slot is free and is full when none is', () => {
  const slots = createSlots(10);
  for (let i = 0; i < 10; i++) {
    expect(slots.load()).toBeLessThan(TARGET_LOAD);
    expect(slots.take(`job-${i}`)).toBe(true);
  }
  expect(slots.load()).toBe(1);
});

test('a single slot is offered whole', () => {
  expect(createSlots(1).load()).toBe(0);
});

test('a burst beyond the slots is refused', () => {
  const slots = createSlots(2);
  expect([slots.take('a'), slots.take('b'), slots.take('c')]).toEqual([true, true, false]);
});

test('each change is told, and nothing else', () => {
  const told: number[] = [];
  const slots = createSlots(1, () => told.push(slots.used()));
  slots.take('a');
  slots.take('a');
  slots.take('b');
  slots.free('b');
  slots.free('a');
  expect(told).toEqual([1, 0]);
});
