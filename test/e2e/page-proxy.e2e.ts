import { mkdtemp, rm } from 'node:fs/promises';
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
  page = stack().startProgram('web');
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
