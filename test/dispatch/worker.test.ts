import { expect, test } from 'vitest';
import { createWorker } from '../../src/dispatch/worker.ts';
import type { CallFact } from '../../src/observe/facts.ts';
import { dispatchMetadata } from '../../src/web/mint.ts';
import { configFrom } from '../helpers/config.ts';
import { fakeHosts } from '../helpers/fake-hosts.ts';
import { keptCall } from '../helpers/kept-call.ts';
import { keptLog } from '../helpers/kept-log.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { perTest } from '../helpers/per-test.ts';
import { startScriptedLiveKit } from '../helpers/scripted-livekit.ts';

const livekit = perTest(startScriptedLiveKit, (made) => made.close());

async function startWorker(env: Record<string, string> = {}) {
  const config = configFrom({ LIVEKIT_URL: livekit.url, MAX_CALLS: '2', ...env });
  const clock = manualClock();
  const log = keptLog();
  const hosts = fakeHosts();
  const facts: CallFact[] = [];
  const worker = createWorker({
    ...{
      config,
      clock,
      log,
      startHost: hosts.startHost,
      size: { hosts: 2, callsPerHost: 8, spare: 0, loading: 2 },
    },
    report: (fact) => facts.push(fact),
  });
  const running = worker.run();
  await expect.poll(() => worker.facts.isRegistered()).toBe(true);
  const host = () => {
    const found = hosts.all.at(-1);
    if (!found) throw new Error('no host was started');
    return found;
  };
  return { worker, running, clock, log, hosts, host, facts };
}

/** The last of what LiveKit was told of one kind. */
const told = (kind: string): Record<string, unknown>[] =>
  livekit.heard.flatMap(({ [kind]: said }) => (said ? [said] : []));
const untilTold = (kind: string, fields: Record<string, unknown>) =>
  livekit.until(() => {
    const last = told(kind).at(-1);
    return last && Object.entries(fields).every(([key, value]) => last[key] === value) && last;
  });

async function call(jobId: string, isTaken: () => boolean, job: { metadata?: string } = {}): Promise<void> {
  livekit.offer(jobId, job);
  await untilTold('availability', { jobId, available: true });
  livekit.assign(jobId);
  await expect.poll(isTaken).toBe(true);
}

test('a cold worker is the last choice, a warm one the first, a full one none', async () => {
  const { worker, host } = await startWorker({ MAX_CALLS: '1' });
  expect((await untilTold('updateWorker', { status: 'WS_AVAILABLE' })).load).toBeCloseTo(0.65);
  expect(worker.isWarm()).toBe(false);
  host().say({ kind: 'ready' });
  await livekit.until(() => told('updateWorker').at(-1)?.load === undefined);
  livekit.offer('AJ_1');
  await untilTold('updateWorker', { status: 'WS_FULL', load: 1, jobCount: 1 });
  livekit.offer('AJ_2');
  // protojson leaves `false` out.
  await untilTold('availability', { jobId: 'AJ_2', available: undefined });
  worker.kill();
});

test('a worker that its calls keep too busy is full to LiveKit, refuses what is offered, and says so', async () => {
  const { worker, host, clock, facts, log } = await startWorker();
  host().say({ kind: 'ready' });
  await call('AJ_1', () => host().jobs().includes('AJ_1'));
  host().busy = 1;
  for (let looks = 0; looks < 80; looks += 1) clock.advance(250);
  await untilTold('updateWorker', { status: 'WS_FULL', load: 1, jobCount: 1 });
  expect(worker.facts.isOverloaded?.()).toBe(true);
  livekit.offer('AJ_2');
  await untilTold('availability', { jobId: 'AJ_2', available: undefined });
  expect(facts).toContainEqual({ fact: 'call-refused', why: 'overload' });
  expect(log.lines.at(-1)?.msg).toContain('OVERLOAD_AT');
  host().busy = 0.2;
  for (let looks = 0; looks < 80; looks += 1) clock.advance(250);
  await untilTold('updateWorker', { status: 'WS_AVAILABLE', jobCount: 1 });
  worker.kill();
});

test('a call by check takes a slot and is told to LiveKit, and is not counted', async () => {
  const { worker, host, facts } = await startWorker();
  host().say({ kind: 'ready' });
  await call('AJ_1', () => host().jobs().includes('AJ_1'), { metadata: dispatchMetadata({ check: true }) });
  expect(worker.facts.slotsUsed()).toBe(1);
  host().say({ kind: 'call-joined', jobId: 'AJ_1' });
  host().say({ kind: 'call-ended', jobId: 'AJ_1', reason: 'caller left', ok: true });
  await untilTold('updateJob', { status: 'JS_SUCCESS' });
  expect(worker.facts.slotsUsed()).toBe(0);
  expect(facts).toEqual([]);
  worker.kill();
});

test('a call goes from the offer to its end, and each step is told and counted', async () => {
  const { worker, host, facts, log } = await startWorker();
  host().say({ kind: 'ready' });
  await call('AJ_1', () => host().jobs().includes('AJ_1'));
  expect(worker.facts.slotsUsed()).toBe(1);
  host().say({ kind: 'call-joined', jobId: 'AJ_1' });
  await untilTold('updateJob', { status: 'JS_RUNNING' });
  host().say({ kind: 'fact', jobId: 'AJ_1', fact: { fact: 'call-started', prompt: 'default' } });
  host().say({ kind: 'call-ended', jobId: 'AJ_1', reason: 'caller left', ok: true });
  await untilTold('updateJob', { status: 'JS_SUCCESS' });
  expect(worker.facts.slotsUsed()).toBe(0);
  expect(facts).toMatchObject([
    { fact: 'call-started', prompt: 'default' },
    { fact: 'call-over', host: 1, how: 'ok' },
  ]);
  expect(log.lines.at(-1)).toMatchObject({
    msg: 'call over',
    fields: { callId: 'AJ_1', reason: 'caller left' },
  });
  worker.kill();
});

test('the call of a process that dies goes on in another, in its slot, and needs no other agent in its room', async () => {
  const { worker, host, hosts, facts, clock } = await startWorker();
  host().say({ kind: 'ready' });
  await call('AJ_1', () => host().jobs().includes('AJ_1'));
  host().say({ kind: 'call-joined', jobId: 'AJ_1' });
  host().exit('SIGKILL');
  clock.advance(0);
  expect(worker.facts.slotsUsed()).toBe(1);
  expect(worker.isComing('room-of-AJ_1')).toBe(true);
  livekit.offer('AJ_2', { room: { name: 'room-of-AJ_1' } });
  await untilTold('availability', { jobId: 'AJ_2', terminate: true });
  host().say({ kind: 'ready' });
  await expect.poll(() => hosts.alive().flatMap((one) => one.jobs())).toEqual(['AJ_1']);
  expect(facts).toMatchObject([
    { fact: 'call-broke', why: 'host', outcome: 'goes-on' },
    { fact: 'host-ended', end: 'crashed', process: 1 },
  ]);
  expect(told('updateJob').map(({ status }) => status)).toEqual(['JS_RUNNING']);
  worker.kill();
});

test('who comes back to the room of a call that broke off is given what was said, and no other', async () => {
  const { worker, host, log } = await startWorker();
  host().say({ kind: 'ready' });
  const room = { name: 'room' };
  const begins = async (jobId: string) => {
    livekit.offer(jobId, { room });
    await untilTold('availability', { jobId, available: true });
    livekit.assign(jobId, { room });
    await expect.poll(() => host().jobs()).toContain(jobId);
  };
  await begins('AJ_1');
  const { prompt, conversation } = keptCall([['user', 'My number is 7.']]);
  const of = { jobId: 'AJ_1', kind: 'conversation' } as const;
  const at = { callId: 'AJ_1', atMs: 500 };
  const started = { type: 'started', prompt: '', promptHash: '', via: 'web', piiCaller: 'caller' } as const;
  host().say({ kind: 'prompt', jobId: 'AJ_1', prompt });
  host().say({ ...of, event: { ...started, ...at } });
  for (const said of conversation.said)
    host().say({ ...of, event: { type: 'said', measured: {}, ...said, ...at } });
  host().say({ kind: 'call-ended', jobId: 'AJ_1', reason: 'LiveKit lost', ok: true, mayComeBack: true });
  await begins('AJ_2');
  host().say({ kind: 'recall', jobId: 'AJ_2', piiCaller: 'stranger' });
  expect(host().heard.at(-1)).toEqual({ kind: 'recalled', jobId: 'AJ_2', goesOn: undefined });
  host().say({ kind: 'recall', jobId: 'AJ_2', piiCaller: 'caller' });
  const { said } = conversation;
  expect(host().heard.at(-1)).toMatchObject({ kind: 'recalled', goesOn: { prompt, conversation: { said } } });
  expect(JSON.stringify(log.lines)).not.toContain('number');
  worker.kill();
});

test('a call that ended two processes is lost, with a line, frees its slot, and LiveKit is told', async () => {
  const { worker, host, hosts, facts, log, clock } = await startWorker();
  const dies = async (died: number) => {
    host().say({ kind: 'ready' });
    if (died === 1) await call('AJ_1', () => host().jobs().includes('AJ_1'));
    await expect.poll(() => host().jobs()).toEqual(['AJ_1']);
    host().exit('SIGKILL');
    clock.advance(0);
    await expect.poll(() => hosts.all.length).toBeGreaterThan(died);
  };
  await dies(1);
  await dies(2);
  await untilTold('updateJob', { status: 'JS_FAILED', jobId: 'AJ_1' });
  expect(worker.facts.slotsUsed()).toBe(0);
  expect(facts.map(({ fact }) => fact)).toEqual([
    ...['call-broke', 'host-ended', 'call-broke', 'call-over', 'host-ended'],
  ]);
  expect(log.lines.find(({ msg }) => msg.startsWith('call lost'))?.fields).toMatchObject({
    callId: 'AJ_1',
    host: 2,
  });
  worker.kill();
});

test('calls go on while LiveKit is away, and it hears of the slots that they take when it is back', async () => {
  const { worker, host, clock } = await startWorker();
  host().say({ kind: 'ready' });
  await call('AJ_1', () => host().jobs().includes('AJ_1'));
  livekit.drop();
  await clock.waitsFor(125);
  expect(worker.facts.isRegistered()).toBe(false);
  expect(worker.facts.slotsUsed()).toBe(1);
  clock.advance(125);
  await livekit.until(() => told('register').length === 2);
  await untilTold('updateWorker', { jobCount: 1 });
  expect(host().isAlive).toBe(true);
  worker.kill();
});

test('drained it refuses jobs and waits for its calls; at the limit they say good-bye', async () => {
  const { worker, running, host, clock } = await startWorker({ DRAIN_TIMEOUT_MS: '60000' });
  host().say({ kind: 'ready' });
  await call('AJ_1', () => host().jobs().includes('AJ_1'));
  const stopped = worker.stop({ drain: true });
  await untilTold('updateWorker', { status: 'WS_FULL' });
  expect(worker.facts.isDraining()).toBe(true);
  livekit.offer('AJ_2');
  await untilTold('availability', { jobId: 'AJ_2', available: undefined });
  clock.advance(59_999);
  expect(host().heard.some(({ kind }) => kind === 'end-call')).toBe(false);
  clock.advance(1);
  await expect.poll(() => host().heard.at(-1)).toMatchObject({ kind: 'end-call', jobId: 'AJ_1' });
  host().say({ kind: 'call-ended', jobId: 'AJ_1', reason: 'the worker is stopping', ok: true });
  await expect.poll(() => host().heard.at(-1)).toEqual({ kind: 'drain' });
  host().exit('exit code 0');
  await Promise.all([stopped, running]);
});

test('told to stop at once, calls say good-bye at once; a process that stays is ended', async () => {
  const { worker, running, host, clock } = await startWorker();
  host().say({ kind: 'ready' });
  await call('AJ_1', () => host().jobs().includes('AJ_1'));
  const stopped = worker.stop({ drain: false });
  expect(host().heard.at(-1)).toMatchObject({ kind: 'end-call' });
  host().say({ kind: 'call-ended', jobId: 'AJ_1', reason: 'the worker is stopping', ok: true });
  await clock.waitsFor(3000);
  clock.advance(3000);
  await Promise.all([stopped, running]);
  expect(host().isAlive).toBe(false);
});
