import { expect, test } from 'vitest';
import type { Lines } from '../../src/observe/lines.ts';
import { createLog } from '../../src/observe/log.ts';
import { DispatchWatch } from '../../src/web/dispatch-watch.ts';
import { FakeLiveKit } from '../helpers/livekit-api.ts';
import { turnedClock } from '../helpers/web-clock.ts';

const log = createLog({ level: 'fatal', pii: false });
const METADATA = '{"prompt":"phone"}';

function setUp({ agentName = 'voice-agent', deployment = '', maxWatches = 200 } = {}) {
  const clock = turnedClock();
  const livekit = new FakeLiveKit();
  const lines: { are: Lines; isComing: boolean } = { are: 'unknown', isComing: false };
  const watch = new DispatchWatch({
    ...{ clients: livekit, agentName, deployment, log, clock, maxWatches },
    lines: async () => lines.are,
    isComing: () => lines.isComing,
  });
  const expectCall = (room = 'room') =>
    watch.start(room, { metadata: METADATA, untilMs: clock.now() + 600_000 });
  return { clock, livekit, watch, lines, expectCall };
}

test('an agent that comes by itself is never dispatched a second time', async () => {
  const { clock, livekit, watch, expectCall } = setUp();
  expectCall();
  livekit.callerJoins();
  await clock.pass(2000);
  livekit.agentJoins({ 'lk.agent.name': 'voice-agent' });
  await clock.pass(120_000);
  expect(livekit.requests).toEqual([]);
  expect(watch.status('room')).toMatchObject({ state: 'joined', attempts: 0 });
});

test('for a recorder, a media source or a hidden participant no agent is asked', async () => {
  const { clock, livekit, expectCall } = setUp();
  expectCall();
  for (const kind of [1, 2, 8]) livekit.participants.push({ kind, attributes: {} });
  livekit.participants.push({ kind: 0, attributes: {}, permission: { hidden: true } });
  await clock.pass(60_000);
  expect(livekit.requests).toEqual([]);
  livekit.participants.push({ kind: 3, attributes: {} });
  await clock.pass(10_000);
  expect(livekit.requests).not.toEqual([]);
});

test('an agent that leaves while its caller stays is dispatched anew', async () => {
  const { clock, livekit, watch, expectCall } = setUp();
  expectCall();
  livekit.callerJoins();
  livekit.agentJoins({ 'lk.agent.name': 'voice-agent' });
  await clock.pass(20_000);
  expect(watch.status('room')?.state).toBe('joined');
  livekit.participants = [];
  livekit.callerJoins();
  livekit.onDispatch = () => livekit.agentJoins({ 'lk.agent.name': 'voice-agent' });
  await clock.pass(60_000);
  expect(livekit.requests).toEqual([`create voice-agent ${METADATA}`]);
});

test.each<[Lines, number, RegExp]>([
  ['none', 4000, /^No agent is running: 1 requests/],
  ['unknown', 17_000, /^All lines are busy, or no agent is running: 3 requests/],
  ['free', 17_000, /^A line is free, and no agent comes: 3 requests/],
])('with lines that are %s, a caller whom nobody answers is told so', async (are, ms, message) => {
  const { clock, livekit, watch, lines, expectCall } = setUp();
  lines.are = are;
  expectCall();
  livekit.callerJoins();
  await clock.pass(ms);
  expect(watch.status('room')).toMatchObject({
    state: 'unavailable',
    message: expect.stringMatching(message),
  });
});

test('who joined while no worker was there is asked for as soon as one registers', async () => {
  const { clock, livekit, watch, expectCall } = setUp();
  expectCall();
  livekit.callerJoins();
  await clock.pass(700);
  watch.workerRegistered();
  await clock.pass(400);
  expect(livekit.requests).toEqual([`create voice-agent ${METADATA}`]);
  await clock.pass(3000);
  expect(livekit.requests, 'once').toHaveLength(1);
});

test('a worker that registers anew disturbs no call, and nobody who is not there', async () => {
  const { clock, livekit, watch, expectCall } = setUp();
  expectCall();
  expectCall('unused');
  livekit.callerJoins();
  livekit.agentJoins({ 'lk.agent.name': 'voice-agent' });
  await clock.pass(2000);
  watch.workerRegistered();
  await clock.pass(20_000);
  expect(livekit.requests).toEqual([]);
});

test('a page of its own asks as soon as its workers say that a line is free again', async () => {
  const { clock, livekit, lines, expectCall } = setUp();
  lines.are = 'none';
  expectCall();
  livekit.callerJoins();
  await clock.pass(5000);
  expect(livekit.requests).toHaveLength(1);
  lines.are = 'free';
  await clock.pass(1500);
  expect(livekit.requests).toHaveLength(2);
});

test('while the worker brings a call back, no other agent is asked for', async () => {
  const { clock, livekit, lines, expectCall } = setUp();
  expectCall();
  livekit.callerJoins();
  livekit.agentJoins({ 'lk.agent.name': 'voice-agent' });
  await clock.pass(20_000);
  livekit.participants = [];
  livekit.callerJoins();
  lines.isComing = true;
  await clock.pass(30_000);
  expect(livekit.requests).toEqual([]);
  lines.isComing = false;
  await clock.pass(2000);
  expect(livekit.requests).toHaveLength(1);
});

test('a dropped dispatch is made again with the same metadata; the old one stays, as its job may be starting', async () => {
  const { clock, livekit, expectCall } = setUp();
  livekit.list = [{ id: 'AD_0', agentName: 'voice-agent', metadata: '{"prompt":"first"}', jobs: [] }];
  livekit.onDispatch = () => livekit.agentJoins({ 'lk.agent_name': 'voice-agent' });
  expectCall();
  livekit.callerJoins();
  await clock.pass(60_000);
  expect(livekit.requests).toEqual(['create voice-agent {"prompt":"first"}']);
});

test('a dispatch that is gone is made with the metadata of the token', async () => {
  const { clock, livekit, expectCall } = setUp();
  expectCall();
  livekit.callerJoins();
  await clock.pass(5000);
  expect(livekit.requests).toEqual([`create voice-agent ${METADATA}`]);
});

test('dispatches of other agents are left alone and other agents do not count', async () => {
  const { clock, livekit, expectCall } = setUp();
  livekit.list = [{ id: 'AD_other', agentName: 'recorder', metadata: '', jobs: ['AJ_1'] }];
  livekit.agentJoins({ 'lk.agent_name': 'recorder' });
  expectCall();
  livekit.callerJoins();
  await clock.pass(5000);
  expect(livekit.requests).toEqual([`create voice-agent ${METADATA}`]);
});

test('an accepted job gets time to start, and is asked for again when its agent never shows', async () => {
  const { clock, livekit, watch, expectCall } = setUp();
  livekit.list = [{ id: 'AD_0', agentName: 'voice-agent', metadata: METADATA, jobs: ['AJ_dead'] }];
  expectCall();
  livekit.callerJoins();
  await clock.pass(14_000);
  expect(livekit.requests).toEqual([]);
  expect(watch.status('room')?.state).toBe('waiting');
  await clock.pass(4000);
  expect(livekit.requests).toEqual([`create voice-agent ${METADATA}`]);
});

test('while all lines are busy the caller is told so, and asked for the moment that one is free', async () => {
  const { clock, livekit, watch, lines, expectCall } = setUp();
  expectCall();
  livekit.callerJoins();
  lines.are = 'busy';
  await clock.pass(40_000);
  expect(watch.status('room')).toMatchObject({
    state: 'busy',
    message: expect.stringContaining('All lines are busy'),
  });
  const asked = livekit.requests.length;
  lines.are = 'unknown';
  livekit.onDispatch = () => livekit.agentJoins({ 'lk.agent_name': 'voice-agent' });
  await clock.pass(1000);
  expect(livekit.requests).toHaveLength(asked + 1);
  await clock.pass(1000);
  expect(watch.status('room')?.state).toBe('joined');
});

test('where the lines of workers are not known, both reasons are named', async () => {
  const { clock, livekit, watch, expectCall } = setUp();
  expectCall();
  livekit.callerJoins();
  await clock.pass(30_000);
  expect(watch.status('room')?.message).toMatch(/All lines are busy, or no agent is running/);
});

test('a dispatch names the deployment, and those of other deployments do not count', async () => {
  const { clock, livekit, expectCall } = setUp({ deployment: 'green' });
  livekit.list = [{ id: 'AD_0', agentName: 'voice-agent', metadata: '{"prompt":"blue"}', jobs: ['AJ_1'] }];
  expectCall();
  livekit.callerJoins();
  await clock.pass(5000);
  expect(livekit.requests).toEqual([`create voice-agent ${METADATA} in green`]);
});

test('requests stop when the caller leaves, and the watch ends when the token has expired', async () => {
  const { clock, livekit, watch, expectCall } = setUp();
  expectCall();
  livekit.callerJoins();
  await clock.pass(10_000);
  const asked = livekit.requests.length;
  livekit.participants = [];
  await clock.pass(500_000);
  expect(livekit.requests).toHaveLength(asked);
  expect(watch.status('room')?.state).toBe('waiting-for-caller');
  await clock.pass(120_000);
  expect(watch.status('room')).toBeUndefined();
  expect(clock.pending()).toBe(0);
});

test('a caller who waits past the expiry of the token is still looked after', async () => {
  const { clock, livekit, watch, expectCall } = setUp();
  expectCall();
  livekit.callerJoins();
  await clock.pass(700_000);
  livekit.agentJoins({});
  await clock.pass(1000);
  expect(watch.status('room')?.state).toBe('joined');
});

test('an API that does not answer is told to the caller, and asked on', async () => {
  const { clock, livekit, watch, expectCall } = setUp();
  expectCall();
  livekit.callerJoins();
  livekit.failure = new Error('connect ECONNREFUSED');
  await clock.pass(3000);
  expect(watch.status('room')?.message).toBe("LiveKit's API does not answer: connect ECONNREFUSED.");
  livekit.failure = undefined;
  await clock.pass(5000);
  expect(watch.status('room')).toMatchObject({ state: 'asking-again', attempts: 1 });
});

test('with automatic dispatch nothing is requested and the caller hears why', async () => {
  const { clock, livekit, watch, expectCall } = setUp({ agentName: '' });
  expectCall();
  livekit.callerJoins();
  await clock.pass(10_000);
  expect(livekit.requests).toEqual([]);
  expect(watch.status('room')).toMatchObject({ state: 'unavailable', attempts: 0 });
  expect(watch.status('room')?.hint).toContain('AGENT_NAME');
});

test('a full watch gives up an unused token before a room with a waiting caller', async () => {
  const { clock, livekit, watch, expectCall } = setUp({ maxWatches: 2 });
  expectCall('with-caller');
  livekit.callerJoins();
  await clock.pass(1500);
  livekit.participants = [];
  expectCall('unused');
  expectCall('newest');
  expect(watch.status('with-caller')?.state).toBe('waiting');
  expect(watch.status('unused')).toBeUndefined();
  expect(watch.status('newest')?.state).toBe('waiting-for-caller');
});

test('stopping leaves no timer behind', async () => {
  const { clock, watch, expectCall } = setUp();
  expectCall('a');
  expectCall('b');
  watch.stop();
  expect(clock.pending()).toBe(0);
  expect(watch.status('a')).toBeUndefined();
});
