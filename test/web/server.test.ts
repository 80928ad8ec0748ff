import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { bundlePath } from '../../src/web/vendor.ts';
import { createTestWeb, LOCAL, REMOTE, type TestWeb, TOKEN } from '../helpers/web.ts';

let web: TestWeb | undefined;
const start = (env?: Record<string, string>): TestWeb => {
  web = createTestWeb(env);
  return web;
};
afterEach(async () => web?.app.close());

test('the page is served, loads everything from this server, and has no inline script or style', async () => {
  const { app } = start();
  const page = await app.inject({ url: '/', ...LOCAL });
  expect(page.headers['content-type']).toContain('text/html');
  expect(page.body).not.toMatch(/<style|style=|<script(?![^>]* src=)|\son\w+=|(src|href)="(https?:)?\/\//);
  const files = [...page.body.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, file]) => `/${file}`);
  expect(files.length).toBeGreaterThan(2);
  // The program for download is there when it was built.
  const served = files.filter((url) => !url.startsWith('/download/'));
  for (const url of served) expect((await app.inject({ url, ...LOCAL })).statusCode, url).toBe(200);
});

test('scripts of the page import only files that are served', async () => {
  const { app } = start();
  const queue = ['/page.js'];
  const seen = new Set(queue);
  for (const url of queue) {
    const { statusCode, body } = await app.inject({ url, ...LOCAL });
    expect(statusCode, url).toBe(200);
    for (const [, file = ''] of body.matchAll(/^(?:import|export) .*?from '(\.\.?\/[^']+)'/gm)) {
      const { pathname } = new URL(file, `http://page${url}`);
      if (!seen.has(pathname)) queue.push(pathname);
      seen.add(pathname);
    }
  }
  expect(seen.size).toBeGreaterThan(5);
});

test('every answer carries the security headers, errors too', async () => {
  const { app } = start({ LIVEKIT_PUBLIC_URL: 'wss://livekit.example:8443' });
  for (const url of ['/', '/page.css', '/api/config', '/nothing', '/api/nothing']) {
    const { headers } = await app.inject({ url, ...LOCAL });
    expect(headers['content-security-policy'], url).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; " +
        "connect-src 'self' wss://livekit.example:8443 https://livekit.example:8443; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers['x-content-type-options'], url).toBe('nosniff');
    expect(headers['referrer-policy'], url).toBe('no-referrer');
    expect(headers['permissions-policy'], url).toContain('microphone=(self)');
    expect(headers['cache-control'], url).toBe(url.startsWith('/api/') ? 'no-store' : 'no-cache');
  }
});

test("LiveKit's browser SDK is served from node_modules, zipped for those who take it", async () => {
  const { app } = start();
  const url = '/vendor/livekit-client.esm.mjs';
  const plain = await app.inject({ url, ...LOCAL });
  expect(plain.headers['content-type']).toContain('text/javascript');
  expect(plain.rawPayload.equals(await readFile(bundlePath()))).toBe(true);
  expect(plain.body).not.toMatch(/^import /m);

  const zipped = await app.inject({
    url,
    ...LOCAL,
    headers: { ...LOCAL.headers, 'accept-encoding': 'gzip' },
  });
  expect(zipped.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(zipped.rawPayload).equals(plain.rawPayload)).toBe(true);

  const etag = String(plain.headers.etag);
  const again = await app.inject({ url, ...LOCAL, headers: { ...LOCAL.headers, 'if-none-match': etag } });
  expect(again.statusCode).toBe(304);
  expect(again.body).toBe('');
});

test('the program that checks from a laptop is not in a folder of sources, and the page says how it is made', async () => {
  const { app } = start();
  const url = '/download/voice-agent-check.mjs';
  const answer = await app.inject({ url, ...LOCAL });
  expect(answer.statusCode).toBe(404);
  expect(answer.json().error.hint).toContain('npm run build');
});

test('the page learns whether it must ask for a credential', async () => {
  const local = start();
  expect((await local.app.inject({ url: '/api/config', ...LOCAL })).json()).toEqual({
    agentName: 'voice-agent',
    credential: 'none',
    livekitUrl: 'ws://127.0.0.1:7880',
  });
  const remote = start({ WEB_HOST: '0.0.0.0', WEB_TOKEN: TOKEN });
  expect((await remote.app.inject({ url: '/api/config', ...REMOTE })).json().credential).toBe('wanted');
});

test('prompts are listed by name and description, to those who may call', async () => {
  const { app } = start();
  expect((await app.inject({ url: '/api/prompts', ...LOCAL })).json()).toEqual({
    default: 'default',
    prompts: [
      { name: 'default', description: 'A friendly assistant' },
      { name: 'phone', description: 'Short answers' },
    ],
  });
  expect((await app.inject({ url: '/api/prompts', ...REMOTE })).statusCode).toBe(403);
});

test('an unknown path is a JSON error without the query', async () => {
  const response = await start().app.inject({ url: '/nothing?token=secret', ...LOCAL });
  expect(response.statusCode).toBe(404);
  expect(response.json().error.message).toBe('There is nothing at GET /nothing.');
});

test('files outside the page folder cannot be reached', async () => {
  const { app } = start();
  for (const url of ['/../server.ts', '/%2e%2e/server.ts', '/..%2fserver.ts']) {
    expect((await app.inject({ url, ...LOCAL })).body).not.toContain('createWeb');
  }
});

test('an unforeseen failure is logged, and answered without its message', async () => {
  const { app, lines } = start();
  app.get('/api/broken', () => {
    throw new TypeError('secret detail');
  });
  const response = await app.inject({ url: '/api/broken', ...LOCAL });
  expect(response.statusCode).toBe(500);
  expect(response.body).not.toContain('secret detail');
  expect(response.json().error.message).toBe('The server failed on this request.');
  expect(lines.join('')).toContain('secret detail');
});
