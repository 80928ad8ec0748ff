import { afterEach, expect, test } from 'vitest';
import { configFrom } from '../helpers/config.ts';
import { createTestWeb, type TestWeb, TOKEN, tokenRequest } from '../helpers/web.ts';

const PROXY = '10.244.7.9';
const BEHIND = { WEB_TOKEN: TOKEN, WEB_TRUSTED_PROXIES: '10.244.0.0/16, fd00::/8' };

let web: TestWeb | undefined;
const start = (env: Record<string, string> = BEHIND): TestWeb => {
  web = createTestWeb(env, true);
  return web;
};
afterEach(async () => web?.app.close());

interface Sender {
  /** Of the socket. */
  from?: string;
  /** `X-Forwarded-For`. */
  forwarded?: string;
  token?: string;
}

async function ask({ app }: TestWeb, { from = PROXY, forwarded, token }: Sender) {
  const headers = {
    host: 'localhost:8080',
    ...(forwarded && { 'x-forwarded-for': forwarded }),
    ...(token && { authorization: `Bearer ${token}` }),
  };
  return app.inject(tokenRequest({}, { remoteAddress: from, headers }));
}

/** Statuses of as many requests as one client may send without a credential, and one. */
async function exhaust(web: TestWeb, sender: Sender): Promise<number> {
  for (let i = 0; i < 30; i++) expect((await ask(web, sender)).statusCode).toBe(401);
  return (await ask(web, sender)).statusCode;
}

test('strangers behind the gateway lock out themselves, and nobody else', async () => {
  const web = start();
  expect(await exhaust(web, { forwarded: '203.0.113.5' })).toBe(429);
  expect((await ask(web, { forwarded: '203.0.113.6' })).statusCode).toBe(401);
  expect((await ask(web, { forwarded: '203.0.113.6', token: TOKEN })).statusCode).toBe(200);
});

test('who has the credential gets in from the address of strangers too', async () => {
  const web = start({ WEB_TOKEN: TOKEN });
  expect(await exhaust(web, {})).toBe(429);
  expect((await ask(web, { token: TOKEN })).statusCode).toBe(200);
});

test('a client that writes the header itself is counted by what the proxy added', async () => {
  const web = start();
  for (let i = 0; i < 30; i++)
    expect((await ask(web, { forwarded: `198.51.100.${i}, 203.0.113.5` })).statusCode).toBe(401);
  expect((await ask(web, { forwarded: '198.51.100.99, 203.0.113.5' })).statusCode).toBe(429);
});

test('of several trusted hops the right-most that is not one is the client', async () => {
  const web = start();
  expect(await exhaust(web, { forwarded: '198.51.100.1, 203.0.113.5, 10.244.1.1' })).toBe(429);
  expect((await ask(web, { forwarded: '203.0.113.5' })).statusCode).toBe(429);
});

test('without a listed proxy the header is nothing, and the log names the setting, once', async () => {
  const web = start({ WEB_TOKEN: TOKEN });
  for (let i = 0; i < 30; i++)
    expect((await ask(web, { forwarded: `198.51.100.${i}` })).statusCode).toBe(401);
  expect((await ask(web, { forwarded: '198.51.100.99' })).statusCode).toBe(429);
  const warnings = web.lines.filter((line) => line.includes('WEB_TRUSTED_PROXIES'));
  expect(warnings.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 'warn', proxy: PROXY }),
  ]);
});

test('nothing is warned of where the header counts', async () => {
  const web = start();
  await ask(web, { forwarded: '203.0.113.5' });
  expect(web.lines.join('')).not.toContain('WEB_TRUSTED_PROXIES');
});

test('IPv6 is counted by /64', async () => {
  const web = start();
  expect(await exhaust(web, { forwarded: '2001:db8:0:1::1' })).toBe(429);
  expect((await ask(web, { forwarded: '2001:db8:0:1:ffff::2' })).statusCode).toBe(429);
  expect((await ask(web, { forwarded: '2001:db8:0:2::1' })).statusCode).toBe(401);
});

test('a header never makes a visitor local', async () => {
  const { app } = start({ WEB_TRUSTED_PROXIES: '127.0.0.1, 10.244.0.0/16' });
  for (const remoteAddress of ['127.0.0.1', PROXY]) {
    const headers = { host: 'localhost:8080', 'x-forwarded-for': '127.0.0.1' };
    expect((await app.inject(tokenRequest({}, { remoteAddress, headers }))).statusCode).toBe(403);
  }
});

test('a proxy that names no address is refused, and not counted as a new client each time', async () => {
  const answer = await ask(start(), { forwarded: '203.0.113.5:4711', token: TOKEN });
  expect(answer.statusCode).toBe(400);
  expect(answer.json().error.hint).toContain('WEB_TRUSTED_PROXIES');
});

test('calls are limited by client, and by credential', async () => {
  const web = start();
  const call = (client: number) => ask(web, { forwarded: `203.0.113.${client}`, token: TOKEN });
  for (let i = 0; i < 30; i++) expect((await call(1)).statusCode).toBe(200);
  const limited = await call(1);
  expect(limited.statusCode).toBe(429);
  expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
  expect(limited.json().error.message).toBe('Too many calls from this address.');
  for (let i = 30; i < 120; i++) expect((await call(i)).statusCode).toBe(200);
  expect((await call(250)).json().error.message).toBe('Too many calls with this credential.');
});

test.each(['10.244.0.0/33', '10.244.0.0/0', 'gateway', '10.0.0.1/8/8', 'fd00::/129', '10.0.0.0/'])(
  '«%s» is no network of proxies',
  (text) => {
    expect(() => configFrom({ WEB_TRUSTED_PROXIES: text })).toThrow('WEB_TRUSTED_PROXIES');
  },
);
