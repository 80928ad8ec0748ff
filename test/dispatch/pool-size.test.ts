import { expect, test } from 'vitest';
import { hostsToStart, poolSize, wantedHosts } from '../../src/dispatch/pool-size.ts';
import { configFrom } from '../helpers/config.ts';

test.each([
  ['two cores', {}, 2, 2],
  ['one core, and calls for two processes', {}, 1, 2],
  ['more cores than it has calls for', {}, 64, 3],
  ['many calls', { MAX_CALLS: '100' }, 8, 13],
  ['a process a call', { CALLS_PER_HOST: '1' }, 2, 10],
  ['what is set', { HOSTS: '5' }, 2, 5],
])('processes for %s: as many as calls and cores want', (_name, env, cores, hosts) => {
  expect(poolSize(configFrom(env).agent, cores).hosts).toBe(hosts);
});

const size = { hosts: 2, callsPerHost: 8, spare: 1, loading: 2 };
const alone = { hosts: 1, callsPerHost: 8, spare: 0, loading: 2 };
const many = { hosts: 4, callsPerHost: 8, spare: 1, loading: 4 };
const each = { hosts: 10, callsPerHost: 1, spare: 1, loading: 2 };

test.each([
  ['at rest, two', size, 0, 0, 2],
  ['one more than is busy', size, 1, 3, 2],
  ['one more than is busy, when all are', size, 2, 6, 3],
  ['never more than that', size, 3, 10, 3],
  ['just one, when there is to be just one', alone, 1, 7, 1],
  ['a process a call: one for the next', each, 4, 4, 5],
  ['a process a call: those that wait count', each, 4, 7, 8],
])('wanted: %s', (_name, pool, busy, calls, wanted) => {
  expect(wantedHosts(pool, busy, calls)).toBe(wanted);
});

const ready = (calls: number, busyOfLate = 0.3) => ({ calls, isReady: true, busyOfLate });
const loading = { calls: 0, isReady: false, busyOfLate: 0 };

test.each([
  ['at rest, both', size, [], 0, false, 2],
  ['the spare one, when nobody calls just now', size, [ready(5), ready(5)], 0, false, 1],
  ['none while callers come and there is room', size, [ready(5), ready(5)], 0, true, 0],
  ['no spare one beside two that are half busy', size, [ready(5, 0.4), ready(5, 0.5)], 0, false, 0],
  [
    'one that calls are spread over, beside two that are half busy',
    many,
    [ready(3, 0.5), ready(3)],
    0,
    false,
    1,
  ],
  ['not beside two whose calls lack a processor', many, [ready(3, 0.8), ready(3)], 0, false, 0],
  ['what the next caller has no room without, at once', size, [ready(8), ready(8)], 0, true, 1],
  ['none beside two whose calls lack a processor', size, [ready(5, 0.95), ready(5, 0.6)], 0, false, 0],
  ['the second one also beside such', size, [ready(6, 0.95)], 0, false, 1],
  [
    'what the next caller has no room without, also beside such',
    size,
    [ready(8, 1), ready(8, 1)],
    0,
    false,
    1,
  ],
  ['as many as load at one time', each, [ready(1), ready(1)], 5, true, 2],
  ['none beside those', each, [ready(1), loading, loading], 5, true, 0],
  ['none beyond what is wanted', size, [ready(1), ready(0), ready(0)], 0, false, 0],
])('to start: %s', (_name, pool, staying, waiting, callersCome, toStart) => {
  expect(hostsToStart(pool, staying, waiting, callersCome).toStart).toBe(toStart);
});
