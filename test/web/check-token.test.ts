import { afterEach, expect, test } from 'vitest';
import { CHECK_ROOM_PREFIX } from '../../src/config/check-room.ts';
import { createTestWeb, LOCAL, REMOTE, type TestWeb, TOKEN } from '../helpers/web.ts';

let web: TestWeb | undefined;
const start = (env?: Record<string, string>): TestWeb => {
  web = createTestWeb(env);
  return web;
};
afterEach(async () => web?.app.close());

const asked = { method: 'POST', url: '/api/check' } as const;

function claimsOf(token: string) {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

test('a check gets participants for a room of its own, where no agent is dispatched and which ends with it', async () => {
  const { app, clock } = start({ LIVEKIT_PUBLIC_URL: 'wss://livekit.example' });
  const response = await app.inject({ ...LOCAL, ...asked });
  expect(response.statusCode).toBe(200);
  expect(response.headers['cache-control']).toBe('no-store');
  const { participants, room, publicStun, ...rest } = response.json();
  expect(publicStun).toContain('google.com');
  expect(rest).toEqual({
    url: 'wss://livekit.example',
    expiresAt: new Date(clock.now() + 120_000).toISOString(),
    ice: { transport: 'all' },
  });
  expect(room.startsWith(CHECK_ROOM_PREFIX)).toBe(true);
  const claims = participants.map(({ token }: { token: string }) => claimsOf(token));
  expect(new Set(claims.map(({ sub }: { sub: string }) => sub)).size).toBe(6);
  for (const { video, roomConfig, exp, nbf } of claims) {
    expect(video).toMatchObject({ room, roomJoin: true, canPublishSources: ['microphone'] });
    expect(roomConfig).toMatchObject({
      agents: [],
      emptyTimeout: 30,
      departureTimeout: 1,
      maxParticipants: 6,
    });
    expect(exp - nbf).toBe(120);
  }
});

test('each check has another room', async () => {
  const { app } = start();
  const [first, second] = [
    await app.inject({ ...LOCAL, ...asked }),
    await app.inject({ ...LOCAL, ...asked }),
  ];
  expect(first.json().room).not.toBe(second.json().room);
});

test('a check wants the credential of a call', async () => {
  const { app } = start({ WEB_TOKEN: TOKEN });
  const headers = { ...REMOTE.headers, authorization: `Bearer ${TOKEN}` };
  expect((await app.inject({ ...REMOTE, ...asked })).statusCode).toBe(401);
  expect((await app.inject({ ...REMOTE, ...asked, headers })).statusCode).toBe(200);
});

test('checks are counted as calls: one client cannot ask for any number', async () => {
  const { app } = start();
  const answers: number[] = [];
  for (let at = 0; at < 31; at += 1) answers.push((await app.inject({ ...LOCAL, ...asked })).statusCode);
  expect(answers.slice(0, 30)).toEqual(Array(30).fill(200));
  expect(answers[30]).toBe(429);
});
