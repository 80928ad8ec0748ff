import { expect, test } from 'vitest';
import type { Footprint } from '../../src/bench/footprint.ts';
import {
  type Checkpoint,
  leftOver,
  missed,
  rssSlope,
  type SoakResult,
  soakMetrics,
} from '../../src/bench/soak-results.ts';

const REST: Footprint = { processes: 4, pssMb: 200, rssMb: 300, threads: 60, sockets: 12 };
const at = (calls: number, more: Partial<Footprint> = {}): Checkpoint => ({
  calls,
  footprint: { ...REST, ...more },
});
const soaked = (checkpoints: readonly Checkpoint[], more: Partial<SoakResult> = {}): SoakResult => ({
  ...{ calls: 200, checkpoints, turns: 400, lost: 0, gaps: 0, waitsMs: [], stuck: 0 },
  ...more,
});
const missedOf = (result: SoakResult) => missed(soakMetrics(result)).map(({ name }) => name);
const steady = [at(0), at(50), at(100), at(150), at(200)];

test('growth during the first 50 calls is none of the slope', () => {
  const grown = [at(0, { rssMb: 100 }), at(25, { rssMb: 250 }), at(50), at(100), at(150), at(200)];
  expect(rssSlope(grown)?.kbPerCall).toBeCloseTo(0);
  expect(missedOf(soaked(grown))).toEqual([]);
});

test('a leak of a tenth of a megabyte a call is seen', () => {
  const leaking = [50, 100, 150, 200].map((calls) => at(calls, { rssMb: 300 + calls / 10 }));
  expect(rssSlope(leaking)?.kbPerCall).toBeCloseTo(102.4);
  expect(missedOf(soaked(leaking))).toEqual(['RSS slope after 50 calls, kB a call']);
});

test('a leak is seen beside a spare host that comes and goes: as measured over 150 calls', () => {
  const measured = [495, 641, 537, 679, 604].map((rssMb, index) =>
    at(50 + 25 * index, { rssMb, processes: index % 2 === 0 ? 4 : 5 }),
  );
  expect(rssSlope(measured)?.kbPerCall).toBeGreaterThan(1000);
  expect(missedOf(soaked(measured))).toContain('RSS slope after 50 calls, kB a call');
});

test('a slope below twice its own error is noise', () => {
  const noisy = [at(50), at(100, { rssMb: 330 }), at(150, { rssMb: 290 }), at(200, { rssMb: 325 })];
  expect(rssSlope(noisy)?.kbPerCall).toBeGreaterThan(20);
  expect(missedOf(soaked(noisy))).toEqual([]);
});

test('sockets, threads and processes that the calls left are missed targets; fewer than before are none', () => {
  const left = [...steady.slice(0, -1), at(200, { sockets: 13, threads: 59, processes: 5 })];
  expect(leftOver(left, ({ sockets }) => sockets)).toBe(1);
  expect(missedOf(soaked(left))).toEqual(['sockets left', 'processes left']);
});

test('a soak too short for a slope does not pass for one without', () => {
  expect(missedOf(soaked([at(0), at(25)]))).toEqual(['RSS slope after 50 calls, kB a call']);
});

test('lost turns and calls that never ended are missed targets', () => {
  expect(missedOf(soaked(steady, { lost: 1, stuck: 2 }))).toEqual(['calls that did not end', 'turns lost']);
});
