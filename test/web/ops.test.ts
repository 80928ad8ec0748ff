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
