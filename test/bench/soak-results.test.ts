import { expect, test } from 'vitest';
import type { ProcessFootprint } from '../../src/bench/footprint.ts';
import {
  type Checkpoint,
  deadAirIn,
  leftOver,
  missed,
  processesLeft,
  rssSlope,
  type SoakResult,
  soakMetrics,
} from '../../src/bench/soak-results.ts';

const WORKER = { pid: 1, rssMb: 90, threads: 12, sockets: 4 };
const HOST = { pid: 2, rssMb: 150, threads: 18, sockets: 2 };
const SPARE = { pid: 3, rssMb: 120, threads: 18, sockets: 2 };

const at = (calls: number, ...each: readonly ProcessFootprint[]): Checkpoint => ({
  calls,
  footprint: {
    ...{ each, processes: each.length, pssMb: 0, rssMb: each.reduce((sum, { rssMb }) => sum + rssMb, 0) },
    ...{ threads: 0, sockets: 0 },
  },
});
/** With a host of so much memory. */
const host = (rssMb: number, pid = HOST.pid) => ({ ...HOST, pid, rssMb });
const soaked = (checkpoints: readonly Checkpoint[], more: Partial<SoakResult> = {}): SoakResult => ({
  ...{ calls: 200, checkpoints, turns: 400, lost: 0, gaps: 0, waitsMs: [], stuck: 0 },
  deadAir: { calls: 200, turns: 0, longestMs: 900 },
  unanswered: 0,
  ...more,
});
const missedOf = (result: SoakResult) => missed(soakMetrics(result)).map(({ name }) => name);
const steady = [0, 50, 100, 150, 200].map((calls) => at(calls, WORKER, HOST));
const SLOPE = 'RSS slope after 50 calls, kB a call';

test('growth during the first 50 calls is none of the slope', () => {
  const grown = [at(0, WORKER, host(100)), at(25, WORKER, host(130)), ...steady.slice(1)];
  expect(rssSlope(grown)?.kbPerCall).toBeCloseTo(0);
  expect(missedOf(soaked(grown))).toEqual([]);
});

test('a leak of a tenth of a megabyte a call is seen', () => {
  const leaking = [0, 50, 100, 150, 200].map((calls) => at(calls, WORKER, host(150 + calls / 10)));
  expect(rssSlope(leaking)?.kbPerCall).toBeCloseTo(102.4);
  expect(missedOf(soaked(leaking))).toEqual([SLOPE]);
});

test('a spare host that comes and goes is no growth, nor left over', () => {
  const measured = steady.map((checkpoint, index) =>
    index % 2 === 0 ? checkpoint : at(checkpoint.calls, WORKER, HOST, { ...SPARE, pid: 10 + index }),
  );
  const withSpare = [...measured, at(225, WORKER, HOST, { ...SPARE, pid: 20 })];
  expect(rssSlope(withSpare)?.kbPerCall).toBeCloseTo(0);
  expect(missedOf(soaked(withSpare))).toEqual([]);
});

test('a host that leaks is seen although it is replaced by a fresh one half-way', () => {
  const leaking = Array.from({ length: 17 }, (_, index) => {
    const calls = 25 * index;
    return calls <= 200 ? at(calls, WORKER, host(150 + calls)) : at(calls, WORKER, host(calls - 75, 7));
  });
  expect(rssSlope(leaking)?.kbPerCall).toBeGreaterThan(700);
  expect(missedOf(soaked(leaking))).toEqual([SLOPE]);
});

test('the slope of two hosts is the sum of theirs', () => {
  const both = [0, 50, 100, 150].map((calls) => at(calls, host(150 + calls / 10), host(150 + calls / 10, 3)));
  expect(rssSlope(both)?.kbPerCall).toBeCloseTo(204.8);
});

test('a slope below twice its own error is noise', () => {
  const noisy = [150, 150, 180, 140, 175].map((rssMb, index) => at(50 * index, WORKER, host(rssMb)));
  expect(rssSlope(noisy)?.kbPerCall).toBeGreaterThan(20);
  expect(missedOf(soaked(noisy))).toEqual([]);
});

test('sockets, threads and processes that the calls left are missed targets; fewer than before are none', () => {
  const left = [...steady.slice(0, -1), at(200, WORKER, { ...HOST, sockets: 3, threads: 17 }, SPARE)];
  expect(leftOver(left, ({ sockets }) => sockets)).toBe(1);
  expect(processesLeft(left)).toBe(1);
  expect(missedOf(soaked(left))).toEqual(['sockets left', 'processes left']);
});

test('a soak too short for a slope does not pass for one without', () => {
  expect(missedOf(soaked([at(0, WORKER, HOST), at(25, WORKER, HOST)]))).toEqual([SLOPE]);
});

test('lost turns and calls that never ended are missed targets', () => {
  expect(missedOf(soaked(steady, { lost: 1, stuck: 2 }))).toEqual(['calls that did not end', 'turns lost']);
});

test('a turn with more than 3 s of dead air is missed; calls in which nobody waited do not count', () => {
  const deadAir = deadAirIn([{ deadAirMs: 900, deadAirTurns: 0 }, {}, { deadAirMs: 4200, deadAirTurns: 2 }]);
  expect(deadAir).toEqual({ calls: 2, turns: 2, longestMs: 4200 });
  expect(missedOf(soaked(steady, { deadAir }))).toEqual(['turns with over 3 s of dead air']);
});
