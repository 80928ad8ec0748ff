import { expect, test } from 'vitest';
import type { LightEvent } from '../../src/bench/light-callers.ts';
import {
  callsHeld,
  coresPerCall,
  isHeld,
  type LoadStep,
  perCall,
  sinceJoining,
  turnsIn,
} from '../../src/bench/load-results.ts';

const NOTHING = { each: [], processes: 0, pssMb: 0, rssMb: 0, threads: 0, sockets: 0 };
const CORES = { worker: 0, callers: 0, sfu: 0, endpoints: 0, idle: 0, others: 0 };
const step = (calls: number, p95: number, more: Partial<LoadStep> = {}): LoadStep => ({
  calls,
  measured: { waitsMs: [p95 - 100, p95], lost: 0, gaps: 0 },
  light: { waitsMs: [], lost: 0, gaps: 0 },
  cores: CORES,
  footprint: NOTHING,
  ...more,
});
const lost = { measured: { waitsMs: [800], lost: 1, gaps: 0 } };

test('a step is held up to 1.3 times the wait of one call', () => {
  expect(isHeld(step(4, 1300), step(1, 1000))).toBe(true);
  expect(isHeld(step(4, 1301), step(1, 1000))).toBe(false);
  expect(isHeld(step(4, 900), undefined)).toBe(false);
});

test('a step that lost a turn, of any caller, is not held', () => {
  expect(isHeld(step(4, 800, lost), step(1, 1000))).toBe(false);
  expect(isHeld(step(4, 800, { light: { waitsMs: [], lost: 1, gaps: 0 } }), step(1, 1000))).toBe(false);
});

test('calls held are those up to the first step that was not, whatever came after', () => {
  expect(callsHeld([step(1, 1000), step(4, 1200), step(8, 1250)])).toBe(8);
  expect(callsHeld([step(1, 1000), step(4, 1200), step(8, 2000), step(12, 1100)])).toBe(4);
  expect(callsHeld([step(1, 1000, lost)])).toBe(0);
  expect(callsHeld([])).toBe(0);
});

test('what a call takes more is the slope over the steps, of two steps their difference', () => {
  const memory = (calls: number, pssMb: number) => step(calls, 1000, { footprint: { ...NOTHING, pssMb } });
  const pss = ({ footprint }: LoadStep) => footprint.pssMb;
  expect(perCall([memory(1, 200), memory(2, 250), memory(4, 350)], pss)).toBeCloseTo(50);
  expect(perCall([memory(1, 200), memory(5, 400)], pss)).toBe(50);
  expect(perCall([memory(1, 200)], pss)).toBeUndefined();
});

test('cores a call are those of steps with several calls', () => {
  const busy = (calls: number, worker: number) => step(calls, 1000, { cores: { ...CORES, worker } });
  expect(coresPerCall([busy(1, 0.5), busy(4, 0.4), busy(8, 1.6)])).toBeCloseTo(0.15);
});

const at = (call: string, event: LightEvent['event'], atMs: number, ms?: number): LightEvent => ({
  call,
  event,
  atMs,
  ...(ms !== undefined && { ms }),
});

test('a caller who was not greeted counts as a lost turn, an overlap as none', () => {
  const events = [
    at('a', 'answered', 1, 700),
    at('a', 'talked over', 2),
    at('a', 'gap', 3, 200),
    at('b', 'not greeted', 4),
    at('c', 'lost', 5),
  ];
  expect(turnsIn(events)).toEqual({ waitsMs: [700], lost: 2, gaps: 1 });
});

test('times count from the moment a caller asked to join; who never got there has none', () => {
  const events = [at('a', 'joining', 100), at('b', 'joining', 400), at('a', 'agent', 900)];
  expect(sinceJoining(events, ['a', 'b'], 'agent')).toEqual([800, undefined]);
});
