import { expect, test } from 'vitest';
import type { CallEnd } from '../../src/dispatch/call-end.ts';
import type { AssignedJob } from '../../src/dispatch/host-messages.ts';
import { HostPool } from '../../src/dispatch/host-pool.ts';
import type { CallFact } from '../../src/observe/facts.ts';
import { type FakeHost, fakeHosts } from '../helpers/fake-hosts.ts';
import { keptLog } from '../helpers/kept-log.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const jobOf = (id: string): AssignedJob => ({
  ...{ id, dispatchId: '', agentName: '', roomName: 'room', roomSid: '', metadata: '', attributes: {} },
  ...{ url: 'ws://livekit', token: 'token', identity: `agent-${id}` },
});

const isLeaving = (host: FakeHost | undefined): boolean =>
  host?.heard.some(({ kind }) => kind === 'drain') ?? false;

function createPool({ size = {}, limits = {} }: { size?: object; limits?: object } = {}) {
  const clock = manualClock();
  const log = keptLog();
  const hosts = fakeHosts();
  const ended: ({ jobId: string } & CallEnd)[] = [];
  const facts: CallFact[] = [];
  const hostEnds: string[] = [];
  const pool = new HostPool({
    ...{ startHost: hosts.startHost, clock, log },
    size: { hosts: 2, callsPerHost: 8, spare: 1, loading: 2, ...size },
    limits: { memoryMb: 1000, recycleCalls: 200, ...limits },
    events: {
      onJoined: () => {},
      onCallEnded: (jobId, end) => ended.push({ jobId, ...end }),
      onFact: (fact) => facts.push(fact),
      onOfCall: () => {},
      onRecall: () => undefined,
      onUsage: () => {},
      onHostReady: () => {},
      onHostEnded: (end) => hostEnds.push(end),
    },
  });
  pool.start();
  const ready = (...numbers: number[]) => {
    for (const host of hosts.alive())
      if (numbers.length === 0 || numbers.includes(host.number)) host.say({ kind: 'ready' });
  };
  const take = (...ids: string[]) => {
    for (const id of ids) pool.take(jobOf(id));
  };
  const spread = () => hosts.alive().map((host) => host.jobs().length);
  const end = (host: FakeHost | undefined, jobId: string) =>
    host?.say({ kind: 'call-ended', jobId, reason: 'caller left', ok: true });
  return { pool, clock, log, ended, facts, hostEnds, ready, take, spread, end, ...hosts };
}

test('processes start all at once, and the pool is warm when the first is ready', () => {
  const { pool, all, ready } = createPool();
  expect(all.map(({ number }) => number)).toEqual([1, 2]);
  expect(pool.isWarm()).toBe(false);
  ready(2);
  expect(pool.isWarm()).toBe(true);
});

test('a burst is spread over the processes that are ready, the spare one left alone', () => {
  const { ready, take, spread, alive, clock } = createPool();
  ready();
  take('a', 'b', 'c', 'd', 'e', 'f');
  expect(alive(), 'callers need the processors').toHaveLength(2);
  clock.advance(3000);
  expect(alive()).toHaveLength(3);
  ready(3);
  expect(spread()).toEqual([3, 3, 0]);
  take('g');
  expect(spread()).toEqual([4, 3, 0]);
});

test('what replaces a process that died is started while callers come', () => {
  const { ready, take, all, alive } = createPool();
  ready();
  take('a');
  all[1]?.exit('SIGKILL');
  expect(alive()).toHaveLength(2);
});

test('a call waits for a process to be ready, and is ended when none is within 30 s', () => {
  const { ready, take, spread, ended, clock } = createPool();
  take('a', 'b');
  clock.advance(29_000);
  expect(ended).toEqual([]);
  ready(1);
  expect(spread()).toEqual([2, 0]);
  const cold = createPool();
  cold.take('c');
  cold.clock.advance(30_000);
  expect(cold.ended).toMatchObject([{ jobId: 'c', ok: false, reason: 'no host process became ready' }]);
});

test('the calls of a process that dies are lost and told, the others go on, and a spare is there at once', () => {
  const { pool, ready, take, all, alive, ended, hostEnds, log, clock } = createPool();
  ready();
  take('a', 'b', 'c', 'd');
  clock.advance(3000);
  ready(3);
  all[0]?.exit('SIGKILL');
  expect(ended.map(({ jobId, isLost, ok }) => [jobId, isLost, ok])).toEqual([
    ['a', true, false],
    ['c', true, false],
  ]);
  expect(ended[0]?.reason).toContain('SIGKILL');
  expect(hostEnds).toEqual(['crashed']);
  expect(pool.hosts.filter(({ isReady }) => isReady).map(({ number }) => number)).toEqual([2, 3]);
  take('e');
  expect(all[2]?.jobs()).toEqual(['e']);
  clock.advance(3000);
  expect(alive().map(({ number }) => number)).toEqual([2, 3, 1]);
  expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
});

test('a process that does not answer is ended within 3 s, and replaced', () => {
  const { ready, take, all, alive, clock, ended, hostEnds } = createPool();
  ready();
  take('a');
  clock.advance(1000);
  if (all[0]) all[0].answers = false;
  clock.advance(2500);
  expect(hostEnds).toEqual([]);
  clock.advance(500);
  expect(hostEnds).toEqual(['hung']);
  expect(ended).toMatchObject([{ jobId: 'a', isLost: true }]);
  expect(alive()).toHaveLength(2);
});

test('one that is not ready after a minute is replaced; one that lacks a processor, by its thread, has five', () => {
  const { all, clock, hostEnds } = createPool();
  const [starved, stuck] = all as [FakeHost, FakeHost];
  starved.thread = { isRunnable: true, cpuMs: 9000 };
  stuck.thread = { isRunnable: false, cpuMs: 9000 };
  clock.advance(59_000);
  expect(hostEnds).toEqual([]);
  clock.advance(1000);
  expect([starved.isAlive, stuck.isAlive, hostEnds]).toEqual([true, false, ['not-ready']]);
  clock.advance(239_000);
  expect(starved.isAlive).toBe(true);
  clock.advance(1000);
  expect(starved.isAlive).toBe(false);
});

test('one that lacks a processor, by its thread, has 10 s to answer; one that turns in a loop has not', () => {
  const { ready, all, clock, hostEnds } = createPool();
  ready();
  const [starved, turning] = all as [FakeHost, FakeHost];
  for (const host of [starved, turning]) {
    host.answers = false;
    host.thread = { isRunnable: true, cpuMs: 1000 };
  }
  clock.advance(250);
  starved.thread = { isRunnable: true, cpuMs: 1300 };
  turning.thread = { isRunnable: true, cpuMs: 3400 };
  clock.advance(2750);
  expect([starved.isAlive, turning.isAlive]).toEqual([true, false]);
  clock.advance(7250);
  expect(starved.isAlive).toBe(false);
  expect(hostEnds).toEqual(['hung', 'hung']);
});

test('one that takes a minute to be ready is ended; those that die before are started again ever more slowly', () => {
  const { all, clock, hostEnds } = createPool({ size: { spare: 0, hosts: 1 } });
  clock.advance(60_000);
  expect(hostEnds).toEqual(['not-ready']);
  expect(all).toHaveLength(1);
  clock.advance(500);
  expect(all).toHaveLength(2);
  all[1]?.exit('exit code 1');
  clock.advance(500);
  expect(all).toHaveLength(2);
  clock.advance(500);
  expect(all).toHaveLength(3);
});

test('beyond the memory limit a process gets no more calls and is replaced; at twice as much it is ended', () => {
  const { ready, take, all, clock, ended, hostEnds, end, pool } = createPool();
  ready();
  take('a', 'b');
  const [first] = all;
  if (first) first.rssMb = 1100;
  clock.advance(1000);
  expect(isLeaving(first)).toBe(true);
  ready();
  take('c');
  expect(first?.jobs()).toEqual(['a']);
  end(first, 'a');
  expect(ended).toMatchObject([{ jobId: 'a', ok: true, isLost: false }]);
  first?.exit('exit code 0');
  expect(hostEnds).toEqual(['memory']);
  const second = all[1];
  if (second) second.rssMb = 2100;
  clock.advance(1000);
  expect(second?.isAlive).toBe(false);
  expect(ended.at(-1)).toMatchObject({ jobId: 'b', isLost: true });
  expect(pool.isWarm()).toBe(true);
});

test('an unfit process finishes its calls, gets no others, and is ended when it then stays', () => {
  const { ready, take, all, clock, end, hostEnds, log } = createPool();
  ready();
  take('a');
  all[0]?.say({ kind: 'unfit', reason: 'a listener threw' });
  expect(log.lines.at(-1)).toMatchObject({
    level: 'warn',
    fields: { end: 'unfit', reason: 'a listener threw' },
  });
  take('b');
  expect(all[0]?.jobs()).toEqual(['a']);
  ready();
  clock.advance(60_000);
  expect(all[0]?.isAlive).toBe(true);
  end(all[0], 'a');
  clock.advance(10_500);
  expect(hostEnds).toEqual(['unfit']);
});

test('after so many calls, or after each with one call a process, a process is replaced', () => {
  const { ready, take, all, end } = createPool({ size: { callsPerHost: 1, hosts: 4 } });
  ready();
  take('a');
  ready();
  end(all[0], 'a');
  expect(isLeaving(all[0])).toBe(true);
  const shared = createPool({ limits: { recycleCalls: 2 } });
  shared.ready(1);
  shared.take('a', 'b');
  shared.end(shared.all[0], 'a');
  expect(isLeaving(shared.all[0])).toBe(true);
});

test('a process that has been one too many for a minute is let go', () => {
  const { ready, take, all, end, clock } = createPool();
  ready();
  take('a', 'b');
  clock.advance(3000);
  ready();
  end(all[0], 'a');
  end(all[1], 'b');
  clock.advance(59_000);
  expect(all.map(isLeaving)).toEqual([false, false, false]);
  clock.advance(2000);
  expect(all.map(isLeaving)).toEqual([false, false, true]);
});

test('a call costs its share of the CPU time of its process', () => {
  const { ready, take, all, clock, end, ended } = createPool({ size: { hosts: 1, spare: 0 } });
  const [host] = all;
  if (host) host.cpuMs = 5000;
  ready();
  take('a', 'b');
  clock.advance(500);
  if (host) host.cpuMs = 5300;
  clock.advance(500);
  end(host, 'a');
  if (host) host.cpuMs = 5400;
  clock.advance(1000);
  end(host, 'b');
  expect(ended).toMatchObject([
    { jobId: 'a', cpuMs: 150, durationMs: 1000, host: 1 },
    { jobId: 'b', cpuMs: 250, durationMs: 2000, host: 1 },
  ]);
});

test('while this process itself stood still nobody is taken for hung', () => {
  const { ready, all, clock, hostEnds, pool } = createPool();
  ready();
  clock.advance(1000);
  for (const host of all) host.answers = false;
  clock.advance(500);
  // A machine that slept: the clock jumps, the timer fires once.
  Reflect.set(
    clock,
    'now',
    (
      (now) => () =>
        now() + 20_000
    )(clock.now),
  );
  clock.advance(500);
  expect(hostEnds).toEqual([]);
  expect(pool.isWarm()).toBe(true);
});

test('told to stop, it ends at once what still starts, and lets the others finish their calls', () => {
  const { pool, ready, take, all, alive, end } = createPool();
  ready(1);
  take('a');
  pool.stop();
  expect(alive().map(({ number }) => number)).toEqual([1]);
  expect(isLeaving(all[0])).toBe(true);
  end(all[0], 'a');
  expect(alive(), 'it ends by itself').toHaveLength(1);
});
