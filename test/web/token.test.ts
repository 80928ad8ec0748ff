import { afterEach, expect, test } from 'vitest';
import { createTestWeb, LOCAL, REMOTE, type TestWeb, TOKEN, tokenRequest } from '../helpers/web.ts';

let web: TestWeb | undefined;
const start = (env?: Record<string, string>): TestWeb => {
  web = createTestWeb(env);
  return web;
};
afterEach(async () => web?.app.close());

function claimsOf(token: string) {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

test('a local caller gets a token, the address of LiveKit for browsers, and ICE hints', async () => {
  const { app, clock } = start({ LIVEKIT_PUBLIC_URL: 'wss://livekit.example', TOKEN_TTL_MS: '60000' });
  const response = await app.inject(tokenRequest({ room: 'team-1', name: 'Aisyah', prompt: 'phone' }));
  expect(response.statusCode).toBe(200);
  expect(response.headers['cache-control']).toBe('no-store');
  const { token, identity, ...rest } = response.json();
  expect(rest).toEqual({
    url: 'wss://livekit.example',
    room: 'team-1',
    expiresAt: new Date(clock.now() + 60_000).toISOString(),
    ice: { transport: 'all' },
  });
  const claims = claimsOf(token);
  expect(claims).toMatchObject({ sub: identity, name: 'Aisyah', video: { room: 'team-1', roomJoin: true } });
  expect(claims.roomConfig.agents[0]).toMatchObject({
    agentName: 'voice-agent',
    metadata: '{"prompt":"phone"}',
  });
});

test('while all lines are busy the token says so, and is of use all the same', async () => {
  web = createTestWeb({ AGENT_DEPLOYMENT: 'green' }, true, {}, async () => 'busy');
  const response = await web.app.inject(tokenRequest());
  expect(response.statusCode).toBe(200);
  expect(response.json().notice).toContain('All lines are busy');
  expect(claimsOf(response.json().token).roomConfig.agents[0]).toMatchObject({ deployment: 'green' });
});

test('without a body the room and the identity are random and the prompt is left to the worker', async () => {
  const { app } = start();
  const request = { ...LOCAL, method: 'POST', url: '/api/token' } as const;
  const [first, second] = [(await app.inject(request)).json(), (await app.inject(request)).json()];
  expect(first.room).toMatch(/^call-[A-Za-z0-9_-]{12}$/);
  expect(first.room).not.toBe(second.room);
  expect(first.identity).not.toBe(second.identity);
  expect(claimsOf(first.token).roomConfig.agents[0].metadata).toBe('');
});

test('a server whose worker is relayed tells browsers to relay too', async () => {
  const { app } = start({ RTC_ICE_TRANSPORT: 'relay' });
  const { ice } = (await app.inject(tokenRequest())).json();
  expect(ice).toMatchObject({ transport: 'relay', note: expect.stringContaining('RTC_ICE_TRANSPORT') });
});

test.each([
  ['a room with a slash', { room: 'a/b' }, 'room'],
  ['a room of 65 characters', { room: 'r'.repeat(65) }, 'room'],
  ['a name of 65 characters', { name: 'n'.repeat(65) }, 'name'],
  ['an empty name', { name: ' ' }, 'name'],
  ['a key nobody knows', { ttl: 999_999 }, 'ttl'],
])('%s is refused by name', async (_title, payload, named) => {
  const response = await start().app.inject(tokenRequest(payload));
  expect(response.statusCode).toBe(400);
  expect(response.json().error.message).toContain(named);
});

test('an unknown prompt is refused with the known ones', async () => {
  const response = await start().app.inject(tokenRequest({ prompt: 'sales' }));
  expect(response.statusCode).toBe(400);
  expect(response.json()).toEqual({
    error: { message: 'There is no prompt “sales”.', hint: 'Known prompts: default, phone.' },
  });
});

test('a large or non-JSON body is refused', async () => {
  const { app } = start();
  expect((await app.inject(tokenRequest({ name: 'n'.repeat(5000) }))).statusCode).toBe(413);
  const form = { method: 'POST', url: '/api/token', payload: 'room=a', ...LOCAL } as const;
  const headers = { ...LOCAL.headers, 'content-type': 'application/x-www-form-urlencoded' };
  expect((await app.inject({ ...form, headers })).statusCode).toBe(415);
});

test('a rebound name, another origin and a proxy get no token on loopback', async () => {
  const { app } = start();
  for (const headers of [
    { host: 'evil.example' },
    { host: 'localhost:8080', origin: 'https://evil.example' },
    { host: 'localhost:8080', 'x-forwarded-for': '127.0.0.1' },
  ]) {
    const response = await app.inject(tokenRequest({}, { ...LOCAL, headers }));
    expect(response.statusCode).toBe(403);
    expect(response.json().error.hint).toContain('WEB_TOKEN');
  }
});

test.each([
  ['a default proxy_pass on this machine', { host: 'localhost' }],
  ['the same, of a page of this machine', { host: 'localhost', origin: 'http://localhost' }],
  ['a terminal of this machine', LOCAL.headers],
])('a token that is set is wanted behind %s', async (_from, headers) => {
  const { app } = start({ WEB_TOKEN: TOKEN });
  const visitor = { remoteAddress: '127.0.0.1', headers };
  expect((await app.inject(tokenRequest({}, visitor))).statusCode).toBe(401);
  expect((await app.inject({ url: '/api/prompts', ...visitor })).statusCode).toBe(401);
});

test('a token that could be guessed is refused with the other settings', () => {
  expect(() => start({ WEB_TOKEN: 'x'.repeat(23) })).toThrow(/WEB_TOKEN: got .hidden.*at least 24 /);
  expect(() => start({ WEB_TOKEN: 'x'.repeat(24) })).not.toThrow();
});

test('without a token `start` and `web` refuse this machine too, and say what to set', async () => {
  web = createTestWeb({}, false);
  const response = await web.app.inject(tokenRequest());
  expect(response.statusCode).toBe(403);
  expect(response.json().error.hint).toContain('openssl rand -hex 24');
});

test('from elsewhere the credential is wanted and taken', async () => {
  const { app } = start({ WEB_HOST: '0.0.0.0', WEB_TOKEN: TOKEN });
  const refused = await app.inject(tokenRequest({}, REMOTE));
  expect(refused.statusCode).toBe(401);
  expect(refused.headers['www-authenticate']).toBe('Bearer');
  const headers = { ...REMOTE.headers, authorization: `Bearer ${TOKEN}` };
  expect((await app.inject(tokenRequest({}, { ...REMOTE, headers }))).statusCode).toBe(200);
});

test('the 31st request of a minute from one address has to wait; other addresses do not', async () => {
  const { app } = start({ WEB_HOST: '0.0.0.0', WEB_TOKEN: TOKEN });
  for (let i = 0; i < 30; i++) expect((await app.inject(tokenRequest({}, REMOTE))).statusCode).toBe(401);
  const limited = await app.inject(tokenRequest({}, REMOTE));
  expect(limited.statusCode).toBe(429);
  expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
  expect(limited.json().error.message).toContain('Too many requests');
  const other = await app.inject(tokenRequest({}, { ...REMOTE, remoteAddress: '10.9.9.9' }));
  expect(other.statusCode).toBe(401);
});

test('the log says that a token was issued, without the token or the name', async () => {
  const { app, lines } = start();
  const { token } = (await app.inject(tokenRequest({ name: 'Aisyah' }))).json();
  const text = lines.join('');
  expect(text).toContain('caller token issued');
  expect(text).not.toContain(token);
  expect(text).not.toContain('Aisyah');
});
