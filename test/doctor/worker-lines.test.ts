import { expect, test } from 'vitest';
import { requireFreeSlots, workerLines } from '../../src/doctor/worker-lines.ts';
import { createMetrics } from '../../src/observe/metrics.ts';
import { configFrom } from '../helpers/config.ts';

const ENV = { CHECK_READY_URLS: 'http://127.0.0.1:1/readyz,http://127.0.0.2:1/readyz' };

/** A worker with so many slots, and a page, which has none. */
const beside = (slots: number, used: number) => async (url: string | URL | Request) => {
  const { hostname, pathname } = new URL(String(url));
  if (pathname !== '/metrics') return new Response('', { status: 404 });
  const state = { slots, slotsUsed: () => used, isRegistered: () => true, isDraining: () => false };
  return new Response(hostname === '127.0.0.1' ? await createMetrics(state).text() : 'up 1\n');
};

test('the page beside workers does not hide what they say', async () => {
  expect(await workerLines(configFrom(ENV), beside(4, 1))).toEqual({ lines: 'free', free: 3, overloaded: 0 });
  expect(await workerLines(configFrom(ENV), beside(4, 4))).toEqual({ lines: 'busy', free: 0, overloaded: 0 });
});

test('without URLs the worker in the same pod is asked', async () => {
  const asked: string[] = [];
  const ask = async (url: string | URL | Request) => {
    asked.push(String(url));
    return new Response('');
  };
  await workerLines(configFrom({ HEALTH_PORT: '8099' }), ask);
  expect(asked).toEqual(['http://127.0.0.1:8099/metrics']);
});

test('more requests at once than call slots are free are refused, with the most that may be', async () => {
  await requireFreeSlots(3, configFrom(ENV), beside(4, 1));
  await requireFreeSlots(1, configFrom(ENV), beside(4, 4));
  await expect(requireFreeSlots(4, configFrom(ENV), beside(4, 1))).rejects.toMatchObject({
    ...{ message: '--parallel 4: 3 call slot(s) are free', hint: '--parallel 3' },
  });
  const nobody = () => Promise.reject(new Error('connection refused'));
  await expect(requireFreeSlots(2, configFrom(ENV), nobody)).rejects.toThrow('no worker says');
});
