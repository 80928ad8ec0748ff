import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freeTcpPort } from '../../../src/dev/ports.ts';
import { redis } from '../../../src/doctor/checks/redis.ts';
import { openRedis } from '../../../src/doctor/redis.ts';
import { type Redis, startRedis } from '../../e2e/redis.ts';
import { inside } from '../../helpers/inside.ts';

let dir: string;
let server: Redis;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'voice-agent-redis-'));
  server = await startRedis(dir);
  const connection = await openRedis(new URL(`redis://${server.address}`), AbortSignal.timeout(5000));
  await connection.command('CONFIG', 'SET', 'requirepass', 'right word');
  connection.close();
});
afterAll(async () => {
  await server.stop();
  await rm(dir, { recursive: true });
});
const run = (url: string | undefined) => redis.run(inside({ CHECK_REDIS_URL: url }));

test('a Redis that takes the password answers, and the password is not told', async () => {
  const found = await run(`redis://:right%20word@${server.address}`);
  expect(found).toEqual({ evidence: `redis://${server.address} answers PONG` });
});

test.each([
  ['none', '', /wants a password/, /redis\.password in livekit\.yaml/],
  ['another', ':wrong@', /does not take/, /requirepass/],
])('%s in place of its password is refused', async (_, login, cause, fix) => {
  const found = await run(`redis://${login}${server.address}`);
  expect(found).toMatchObject({
    ...{ verdict: 'fail', cause: expect.stringMatching(cause), fix: expect.stringMatching(fix) },
  });
  expect(JSON.stringify(found)).not.toContain('wrong@');
});

test('nothing there, and something else there, are told', async () => {
  expect(await run(`redis://127.0.0.1:${await freeTcpPort()}`)).toMatchObject({
    ...{ verdict: 'fail', evidence: expect.stringContaining('the port is closed') },
  });
  const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
    0,
    '127.0.0.1',
  );
  await once(other, 'listening');
  expect(await run(`redis://127.0.0.1:${(other.address() as AddressInfo).port}`)).toMatchObject({
    ...{ verdict: 'fail', evidence: expect.stringContaining('what answers is no Redis') },
  });
  other.close();
});

test('without a URL there is nothing to check', async () => {
  expect(await run(undefined)).toBeUndefined();
});
