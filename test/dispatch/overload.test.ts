import { expect, test } from 'vitest';
import { Overload } from '../../src/dispatch/overload.ts';
import { keptLog } from '../helpers/kept-log.ts';
import { manualClock } from '../helpers/manual-clock.ts';

function overload(at = 0.8) {
  const clock = manualClock();
  const log = keptLog();
  const changes: boolean[] = [];
  const one: Overload = new Overload({ at, clock, log, onChange: () => changes.push(one.isOver) });
  /** Four answers a second, as of real processes. */
  const during = (ms: number, hosts: readonly (readonly [calls: number, busy: number])[]) => {
    for (let elapsed = 0; elapsed < ms; elapsed += 250) {
      clock.advance(250);
      one.heard(hosts.map(([calls, busy]) => ({ calls, usage: { busy } })));
    }
  };
  return { one, during, changes, log };
}

test('a worker as busy as one that loses turns takes no more calls, and does again well below that', () => {
  const { during, changes, log } = overload();
  during(60_000, [
    [5, 0.9],
    [5, 0.95],
  ]);
  expect(changes).toEqual([true]);
  during(60_000, [
    [4, 0.7],
    [4, 0.7],
  ]);
  expect(changes).toEqual([true]);
  during(60_000, [
    [3, 0.4],
    [3, 0.5],
  ]);
  expect(changes).toEqual([true, false]);
  expect(log.lines.map(({ msg }) => msg)).toEqual([
    'overloaded: no call is taken until those that run leave more time',
    'no longer overloaded: calls are taken',
  ]);
  expect(log.lines[0]?.fields).toMatchObject({ OVERLOAD_AT: 0.8, calls: 10 });
});

test('eight calls that are answered are no overload, nor are three seconds of a burst beside six', () => {
  const { during, changes } = overload();
  during(60_000, [
    [4, 0.75],
    [4, 0.7],
  ]);
  during(10_000, [
    [3, 0.5],
    [3, 0.5],
  ]);
  during(3000, [
    [6, 1],
    [6, 1],
  ]);
  expect(changes).toEqual([]);
});

test('a process without calls that is busy, or an idle one beside a busy one, says nothing', () => {
  const { during, changes } = overload();
  during(60_000, [
    [0, 1],
    [0, 1],
  ]);
  expect(changes).toEqual([]);
  during(60_000, [
    [8, 0.95],
    [0, 0],
  ]);
  expect(changes).toEqual([true]);
});

test('after the last call it is over', () => {
  const { one, during } = overload();
  during(60_000, [[2, 1]]);
  expect(one.isOver).toBe(true);
  during(5000, [[0, 0]]);
  expect(one.isOver).toBe(false);
});

test('1 never refuses', () => {
  const { during, changes } = overload(1);
  during(60_000, [[10, 1]]);
  expect(changes).toEqual([]);
});
