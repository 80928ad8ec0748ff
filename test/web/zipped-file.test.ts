import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fastify from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serveZipped } from '../../src/web/zipped-file.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'voice-agent-zipped-'));
});
afterEach(() => rm(dir, { recursive: true }));

test('a file that is made later is served then, zipped for those who take it, with its own headers', async () => {
  const app = fastify();
  const path = join(dir, 'program.mjs');
  const headers = { 'content-disposition': 'attachment; filename="program.mjs"' };
  serveZipped(app, { url: '/program.mjs', path, headers, missing: 'make it' });
  expect((await app.inject('/program.mjs')).statusCode).toBe(404);
  await writeFile(path, 'export {};');
  const plain = await app.inject('/program.mjs');
  expect(plain.body).toBe('export {};');
  expect(plain.headers).toMatchObject(headers);
  const zipped = await app.inject({ url: '/program.mjs', headers: { 'accept-encoding': 'gzip' } });
  expect(gunzipSync(zipped.rawPayload).toString()).toBe('export {};');
});
