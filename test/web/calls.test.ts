import { afterEach, expect, test } from 'vitest';
import { createTestWeb, LOCAL, type TestWeb, tokenRequest } from '../helpers/web.ts';

let web: TestWeb | undefined;
const start = (env?: Record<string, string>): TestWeb => {
  web = createTestWeb(env);
  return web;
};
afterEach(async () => web?.app.close());

async function call({ app }: TestWeb, room: string): Promise<string> {
  return (await app.inject(tokenRequest({ room }))).json().token;
}

function ask({ app }: TestWeb, room: string, token: string) {
  const headers = { ...LOCAL.headers, authorization: `Bearer ${token}` };
  return app.inject({ url: `/api/calls/${room}/agent`, ...LOCAL, headers });
}

test('a caller sees how the wait for an agent goes on', async () => {
  const running = start();
  const token = await call(running, 'r1');
  const state = async () => (await ask(running, 'r1', token)).json().state;
  expect(await state()).toBe('waiting-for-caller');
  running.livekit.callerJoins();
  await running.clock.pass(2000);
  expect(await state()).toBe('waiting');
  await running.clock.pass(4000);
  expect(await state()).toBe('asking-again');
  await running.clock.pass(15_000);
  const status = (await ask(running, 'r1', token)).json();
  expect(status).toMatchObject({ state: 'unavailable', attempts: 3 });
  expect(status.hint).toContain('AGENT_NAME=voice-agent');
  running.livekit.agentJoins({ 'lk.agent.name': 'voice-agent' });
  await running.clock.pass(1000);
  expect(await state()).toBe('joined');
});

test('a token opens its own room only, and only with the right signature', async () => {
  const running = start();
  const token = await call(running, 'mine');
  await call(running, 'theirs');
  expect((await ask(running, 'theirs', token)).statusCode).toBe(401);
  expect((await ask(running, 'mine', `${token}x`)).statusCode).toBe(401);
  expect((await ask(running, 'mine', '')).statusCode).toBe(401);
  expect((await ask(running, 'mine', token)).statusCode).toBe(200);
});

test('a token that expired during its call still shows its own room', async () => {
  const running = start({ TOKEN_TTL_MS: '10000' });
  const token = await call(running, 'r1');
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  expect(claims.exp * 1000).toBeLessThan(Date.now() + 15_000);
  expect((await ask(running, 'r1', token)).statusCode).toBe(200);
});

test('a room that nobody watches is not found, with what to do', async () => {
  const first = start();
  const token = await call(first, 'r1');
  await first.app.close();
  const restarted = start();
  const response = await ask(restarted, 'r1', token);
  expect(response.statusCode).toBe(404);
  expect(response.json().error.hint).toContain('ask for a new one');
});

test('one request tells a caller all news until the agent is there', async () => {
  const running = start();
  const token = await call(running, 'r1');
  const headers = { ...LOCAL.headers, authorization: `Bearer ${token}`, accept: 'text/event-stream' };
  running.livekit.callerJoins();
  const answer = running.app.inject({ url: '/api/calls/r1/agent', ...LOCAL, headers });
  await running.clock.pass(2000);
  await running.clock.pass(4000);
  running.livekit.agentJoins({ 'lk.agent.name': 'voice-agent' });
  await running.clock.pass(2000);
  const { body, headers: sent } = await answer;
  expect(sent['content-type']).toContain('text/event-stream');
  expect(sent['x-accel-buffering']).toBe('no');
  const states = body
    .split('\n\n')
    .filter(Boolean)
    .map((event) => JSON.parse(event.replace(/^data: /, '')).state);
  expect([...new Set(states)].slice(-3)).toEqual(['waiting', 'asking-again', 'joined']);
});

test('a server that stops ends what is still told', async () => {
  const running = start();
  const token = await call(running, 'r1');
  const headers = { ...LOCAL.headers, authorization: `Bearer ${token}`, accept: 'text/event-stream' };
  const answer = running.app.inject({ url: '/api/calls/r1/agent', ...LOCAL, headers });
  await running.clock.pass(1000);
  await running.app.close();
  expect((await answer).body).toContain('waiting-for-caller');
});
