import { expect, test } from 'vitest';
import { createMetrics } from '../../src/observe/metrics.ts';
import { createOps } from '../../src/web/ops.ts';

function opsWith(...reasons: string[]) {
  return createOps({ metrics: createMetrics(), unready: () => reasons });
}

test('a ready process says so', async () => {
  const response = await opsWith().inject('/readyz');
  expect(response.statusCode).toBe(200);
  expect(response.json()).toEqual({ ready: true, reasons: [] });
});

test('a process that should get no callers says why, and is alive all the same', async () => {
  const ops = opsWith('draining');
  const response = await ops.inject('/readyz');
  expect(response.statusCode).toBe(503);
  expect(response.json()).toEqual({ ready: false, reasons: ['draining'] });
  expect((await ops.inject('/healthz')).statusCode).toBe(200);
});

test('metrics come in the format that Prometheus reads', async () => {
  const response = await opsWith().inject('/metrics');
  expect(response.headers['content-type']).toContain('text/plain; version=0.0.4');
  expect(response.body).toContain('# TYPE voice_agent_turns_total counter');
});

test('on loopback, a page on the internet that points its own name there (DNS rebinding) reads nothing', async () => {
  const ops = createOps({ metrics: createMetrics(), unready: () => [], host: '127.0.0.1' });
  const asked = async (host: string, path = '/metrics') =>
    (await ops.inject({ url: path, headers: { host } })).statusCode;
  for (const path of ['/metrics', '/readyz', '/healthz', '/nothing'])
    expect(await asked('evil.example:8081', path)).toBe(403);
  expect(await asked('127.0.0.1.evil.example')).toBe(403);
  for (const host of ['127.0.0.1:8081', 'localhost:8081', '[::1]:8081']) expect(await asked(host)).toBe(200);
});

test('in a cluster it is asked by any name and address', async () => {
  const ops = createOps({ metrics: createMetrics(), unready: () => [], host: '0.0.0.0' });
  expect((await ops.inject({ url: '/healthz', headers: { host: '10.0.0.7:8081' } })).statusCode).toBe(200);
});
