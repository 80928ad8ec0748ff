import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askForToken, PAGE_TOKEN } from './callers.ts';
import { type Nginx, startNginx } from './nginx.ts';
import { useStack } from './stack.ts';
import type { WorkerProcess } from './worker.ts';

// A reverse proxy on the machine of the page, configured by nobody: it sends `Host: 127.0.0.1:<port of the page>` and
// nothing that tells where a visitor comes from.
const stack = useStack({ worker: false });
let dir: string;
let page: WorkerProcess;
let proxy: Nginx;

const pageUrl = async (program: WorkerProcess) => String((await program.logged('page listening')).url);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'voice-agent-nginx-'));
  // Nothing about models: the page has no use for them.
  page = stack().startProgram('web', { OPENAI_BASE_URL: '', OPENAI_API_KEY: '' });
  proxy = await startNginx(join(dir, 'default'), await pageUrl(page));
});
afterAll(async () => {
  await proxy?.stop();
  await rm(dir, { recursive: true, force: true });
});

const ask = (url: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/api/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{}',
  });

test('a stranger behind a default nginx gets no token, with and without Origin', async () => {
  const upstream = new URL(await pageUrl(page)).origin;
  for (const headers of [{}, { origin: proxy.url }, { origin: upstream }, { origin: 'http://localhost' }])
    expect((await ask(proxy.url, headers)).status, JSON.stringify(headers)).toBe(401);
  expect(await askForToken(proxy.url)).toMatchObject({ token: expect.any(String) });
});

test('without WEB_TOKEN nobody gets one, whether through nginx or on this machine', async () => {
  const open = stack().startProgram('web', { WEB_TOKEN: '' });
  const before = await startNginx(join(dir, 'no-token'), await pageUrl(open));
  try {
    for (const url of [before.url, await pageUrl(open)]) {
      const response = await ask(url, { authorization: `Bearer ${PAGE_TOKEN}` });
      expect(response.status).toBe(403);
      expect(JSON.stringify(await response.json())).toContain('openssl rand -hex 24');
    }
    expect(
      (
        await open.logged(
          'WEB_TOKEN is not set: nobody can call from the page; `openssl rand -hex 24` makes one',
        )
      ).level,
    ).toBe('warn');
  } finally {
    await before.stop();
  }
});

/** The status that a client at this address gets who writes `X-Forwarded-For` itself and has no credential. */
function spoofedFrom(localAddress: string, url: string, header: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': header };
    const sent = request(`${url}/api/token`, { method: 'POST', localAddress, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.on('error', reject).end('{}');
  });
}

test('behind a listed nginx strangers lock out themselves, whatever they write into the header', async () => {
  const listed = stack().startProgram('web', { WEB_TRUSTED_PROXIES: '127.0.0.1' });
  const adding = await startNginx(join(dir, 'adding'), await pageUrl(listed), [
    'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
  ]);
  try {
    const statuses: (number | undefined)[] = [];
    for (let i = 0; i <= 30; i++)
      statuses.push(await spoofedFrom('127.0.0.2', adding.url, `198.51.100.${i}`));
    expect(statuses).toEqual([...Array(30).fill(401), 429]);
    expect(await spoofedFrom('127.0.0.3', adding.url, '198.51.100.1')).toBe(401);
    expect(await askForToken(adding.url)).toMatchObject({ token: expect.any(String) });
  } finally {
    await adding.stop();
  }
});

test('news of the agent comes through a default nginx as it happens', async () => {
  const { token, room } = await askForToken(proxy.url);
  const response = await fetch(`${proxy.url}/api/calls/${room}/agent`, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  expect(value).toMatch(/^data: {"state":"waiting-for-caller"/);
});
