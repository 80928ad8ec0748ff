import { TokenVerifier } from 'livekit-server-sdk';
import { afterEach, expect, test } from 'vitest';
import { createMetrics } from '../../src/observe/metrics.ts';
import { findCall, type OwnCalls } from '../../src/web/find-call.ts';
import { mintToken } from '../../src/web/mint.ts';
import { createOps } from '../../src/web/ops.ts';
import { configFrom } from '../helpers/config.ts';
import { createTestWeb, LOCAL, REMOTE } from '../helpers/web.ts';

const OPERATOR = 'an-operator-token-of-these-tests';
const SHOP = 'an-operator-token-of-one-shop-only';
const CALLER = 'a-caller-token-of-these-unit-tests';
const ROOM = 'desk-of-aisyah';
const MINUTE_MS = 60_000;
const { livekit } = configFrom({});

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A worker with one call, and how often it was told of a listener. */
function oneCall(): OwnCalls & { told: number } {
  return {
    told: 0,
    find: (id) => (id === 'AJ_1' ? { room: ROOM, prompt: 'default' } : undefined),
    listened(id) {
      if (id === 'AJ_1') this.told += 1;
      return id === 'AJ_1';
    },
  };
}

function opsOf(calls: OwnCalls) {
  const ops = createOps({ metrics: createMetrics(), unready: () => [], listening: { calls, livekit } });
  closing.push(() => ops.close());
  return ops;
}

/** The page beside a worker at an address of its own. */
async function pageBeside(calls: OwnCalls) {
  const credentials = [
    { name: 'wall', tokenFile: '/operator', may: ['operate'] },
    { name: 'shop-wall', tokenFile: '/shop', may: ['operate'], rooms: ['shop-*'] },
    { name: 'site', tokenFile: '/caller', may: ['join'] },
  ];
  const worker = opsOf(calls);
  const url = await worker.listen({ host: '127.0.0.1', port: 0 });
  const env = { WORKERS_URL: url, WEB_CREDENTIALS: JSON.stringify(credentials) };
  const web = createTestWeb(env, true, { '/operator': OPERATOR, '/shop': SHOP, '/caller': CALLER });
  closing.push(() => web.app.close());
  const listen = (token: string | undefined, payload: object = { call: 'AJ_1' }) =>
    web.app.inject({
      ...{ method: 'POST', url: '/api/listen', payload, remoteAddress: REMOTE.remoteAddress },
      headers: { ...REMOTE.headers, ...(token && { authorization: `Bearer ${token}` }) },
    });
  return { ...web, worker, listen };
}

test('an operator may join the room of a call for ten minutes, unseen, to hear and do nothing else', async () => {
  const calls = oneCall();
  const { listen, clock, livekit: server, lines } = await pageBeside(calls);
  const { statusCode, ...answer } = await listen(OPERATOR);
  const { token, identity, room } = answer.json();
  expect([statusCode, room, calls.told]).toEqual([200, ROOM, 1]);
  const claims = await new TokenVerifier(livekit.apiKey, livekit.apiSecret).verify(token);
  expect(claims.video).toEqual({
    ...{ roomJoin: true, room: ROOM, hidden: true, canSubscribe: true },
    ...{ canPublish: false, canPublishData: false, canUpdateOwnMetadata: false },
  });
  expect(claims.roomConfig).toBeUndefined();
  expect(Number(claims.exp) - Number(claims.nbf)).toBe(600);
  const told = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg.includes('listens'));
  expect(told).toMatchObject([{ credential: 'wall', callId: 'AJ_1', listener: identity }]);
  expect(lines.join()).not.toContain(ROOM);
  await clock.pass(10 * MINUTE_MS - 1);
  expect(server.requests).toEqual([]);
  await clock.pass(1);
  expect(server.requests).toEqual([`remove ${identity} from ${ROOM}`]);
});

test.each([
  ['nobody', undefined, {}, 401],
  ['who may only join calls', CALLER, {}, 403],
  ['an operator of other rooms', SHOP, {}, 403],
  ['an operator who names a call that does not run', OPERATOR, { call: 'AJ_2' }, 404],
  ['an operator who names none', OPERATOR, { call: undefined }, 400],
])('%s gets no token, and the call is told of nobody', async (_, token, more, status) => {
  const calls = oneCall();
  const { listen } = await pageBeside(calls);
  expect((await listen(token, { call: 'AJ_1', ...more })).statusCode).toBe(status);
  expect(calls.told).toBe(0);
});

test('a worker that does not answer is said to; without one, no call runs', async () => {
  const { listen, worker } = await pageBeside(oneCall());
  await worker.close();
  const answer = await listen(OPERATOR);
  expect([answer.statusCode, answer.json().error.message]).toEqual([
    502,
    expect.stringContaining('call AJ_1'),
  ]);
  const { app } = createTestWeb();
  const alone = await app.inject({ method: 'POST', url: '/api/listen', payload: { call: 'AJ_1' }, ...LOCAL });
  expect(alone.statusCode).toBe(404);
});

test('where no worker has an address, no call runs; a look-up that fails is no answer', async () => {
  const asked = (code: string) => {
    const addressesOf = () => Promise.reject(Object.assign(new Error('look-up failed'), { code }));
    return findCall('AJ_1', { livekit, workers: { url: 'http://workers.example:8081', addressesOf } });
  };
  await expect(asked('ENOTFOUND')).rejects.toMatchObject({ statusCode: 404 });
  await expect(asked('EAI_AGAIN')).rejects.toMatchObject({ statusCode: 502 });
});

test('a worker tells the room of a call to its page alone: a token of a caller opens nothing there', async () => {
  const calls = oneCall();
  const ops = opsOf(calls);
  const room = await mintToken({
    livekit,
    agentName: '',
    room: ROOM,
    identity: 'listen-to-AJ_1',
    ttlMs: 60_000,
  });
  for (const authorization of ['', 'Bearer x', `Bearer ${room}`]) {
    const headers = { authorization };
    expect((await ops.inject({ url: '/calls/AJ_1', headers })).statusCode).toBe(401);
    const begun = await ops.inject({ method: 'POST', url: '/calls/AJ_1/listener', headers });
    expect(begun.statusCode).toBe(401);
  }
  expect(calls.told).toBe(0);
});
