import type { InjectOptions } from 'fastify';
import { expect, test } from 'vitest';
import { perTest } from '../helpers/per-test.ts';
import { createTestWeb, REMOTE, type TestWeb, TOKEN } from '../helpers/web.ts';

const TOKENS = { demo: 'token-of-the-demo-department', dialer: 'token-of-the-dialing-program' };
const LIST = [
  { name: 'demo', tokenFile: '/demo', may: ['join'], rooms: ['demo-*'], prompts: ['ph*'] },
  { name: 'dialer', tokenFile: '/dialer', may: ['dial'] },
];

const web = perTest<TestWeb>(
  () =>
    createTestWeb({ WEB_TOKEN: TOKEN, WEB_CREDENTIALS: JSON.stringify(LIST), PROMPT: 'phone' }, false, {
      '/demo': TOKENS.demo,
      '/dialer': TOKENS.dialer,
    }),
  ({ app }) => app.close(),
);

const post = (url: string, token: string | undefined, payload: object): InjectOptions => ({
  ...REMOTE,
  ...{ method: 'POST', url, payload },
  headers: { ...REMOTE.headers, ...(token && { authorization: `Bearer ${token}` }) },
});
const join = (token: string | undefined, payload: object) =>
  web.app.inject(post('/api/room/join', token, payload));

test('the right credential gets what the token route answers', async () => {
  const answer = await join(TOKENS.demo, { room: 'demo-1', name: 'Aisyah', prompt: 'phone' });
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({
    url: 'ws://127.0.0.1:7880',
    room: 'demo-1',
    token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    ice: { transport: 'all' },
  });
  const line = web.lines.find((text) => text.includes('caller token issued')) ?? '';
  expect(JSON.parse(line)).toMatchObject({ credential: 'demo', prompt: 'phone' });
  expect(line).not.toContain(TOKENS.demo);
});

test.each([
  ['no credential', undefined, { room: 'demo-1' }, 401, 'wants a credential'],
  ['a wrong one', `${TOKENS.demo}x`, { room: 'demo-1' }, 401, 'not the one'],
  ['another right', TOKENS.dialer, { room: 'demo-1' }, 403, '“dialer” lacks the right “join”'],
  ['another room', TOKENS.demo, { room: 'sales' }, 403, '“demo” may not use the room “sales”'],
  ['another prompt', TOKENS.demo, { room: 'demo-1', prompt: 'default' }, 403, 'the prompt “default”'],
  ['a secret prompt that does not exist', TOKENS.demo, { room: 'demo-1', prompt: 'x' }, 403, 'prompt “x”'],
  ['a bad name', TOKENS.demo, { room: 'demo-1', name: ' ' }, 400, 'name'],
  ['a bad room', TOKENS.demo, { room: 'demo-/' }, 400, 'room'],
  ['no room', TOKENS.demo, {}, 400, 'room'],
])('%s is refused with the reason', async (_what, token, payload, status, reason) => {
  const answer = await join(token, payload);
  expect([answer.statusCode, answer.json().error.message]).toEqual([status, expect.stringContaining(reason)]);
});

test('WEB_TOKEN joins every room with every prompt', async () => {
  expect((await join(TOKEN, { room: 'sales', prompt: 'default' })).statusCode).toBe(200);
});

test('a call without a room gets one that its credential may join; its prompt is named to the worker', async () => {
  const answer = (await web.app.inject(post('/api/token', TOKENS.demo, {}))).json();
  expect(answer.room).toMatch(/^demo-[A-Za-z0-9_-]{12}$/);
  const claims = JSON.parse(Buffer.from(answer.token.split('.')[1], 'base64url').toString('utf8'));
  expect(claims.roomConfig.agents[0].metadata).toBe('{"prompt":"phone"}');
});

test('only the prompts that a credential may use are listed', async () => {
  const headers = { ...REMOTE.headers, authorization: `Bearer ${TOKENS.demo}` };
  const { prompts } = (await web.app.inject({ ...REMOTE, url: '/api/prompts', headers })).json();
  expect(prompts.map(({ name }: { name: string }) => name)).toEqual(['phone']);
});
