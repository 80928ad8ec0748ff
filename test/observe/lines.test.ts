import { expect, test } from 'vitest';
import { askWorkers, linesIn } from '../../src/observe/lines.ts';
import { createMetrics } from '../../src/observe/metrics.ts';
import { turnedClock } from '../helpers/web-clock.ts';

interface Worker {
  slots?: number;
  used?: number;
  isRegistered?: boolean;
  isDraining?: boolean;
  isOverloaded?: boolean;
}

/** A worker's own page of metrics. */
const metricsOf = ({
  slots = 2,
  used = 0,
  isRegistered = true,
  isDraining = false,
  isOverloaded = false,
}: Worker) =>
  createMetrics({
    slots,
    slotsUsed: () => used,
    isRegistered: () => isRegistered,
    isDraining: () => isDraining,
    isOverloaded: () => isOverloaded,
  }).text();

/** The page beside workers by address; `undefined` for one that does not answer. */
function beside(workers: Record<string, Worker | undefined>) {
  const clock = turnedClock();
  const asked: string[] = [];
  const lines = askWorkers({
    url: 'http://workers:8081',
    clock,
    addressesOf: async (host) => {
      expect(host).toBe('workers');
      if (Object.keys(workers).length === 0) throw Object.assign(new Error('none'), { code: 'ENOTFOUND' });
      return Object.keys(workers).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
    fetch: async (url) => {
      asked.push(String(url));
      const worker = workers[new URL(String(url)).hostname.replace(/^\[(.*)\]$/, '$1')];
      if (!worker) throw new Error('no answer');
      return new Response(await metricsOf(worker));
    },
  });
  return { lines, clock, asked, workers };
}

test.each<[string, Record<string, Worker | undefined>, string]>([
  ['one free line among full workers', { '10.0.0.1': { used: 2 }, '10.0.0.2': { used: 1 } }, 'free'],
  ['all lines taken', { '10.0.0.1': { used: 2 }, '10.0.0.2': { used: 2 } }, 'busy'],
  ['free slots of a worker that is too busy', { '10.0.0.1': { used: 1, isOverloaded: true } }, 'busy'],
  ['no worker at all', {}, 'none'],
  ['none that is registered', { '10.0.0.1': { isRegistered: false } }, 'none'],
  ['one that ends', { '10.0.0.1': { isDraining: true } }, 'none'],
  ['one full and one that ends', { '10.0.0.1': { used: 2 }, 'fd00::2': { isDraining: true } }, 'busy'],
  ['one full and one that does not answer', { '10.0.0.1': { used: 2 }, '10.0.0.2': undefined }, 'unknown'],
])('%s', async (_, workers, expected) => {
  expect(await beside(workers).lines()).toBe(expected);
});

test('workers are asked by their addresses, and again only after two seconds', async () => {
  const { lines, clock, asked, workers } = beside({ 'fd00::2': { used: 2 } });
  expect([await lines(), await lines()]).toEqual(['busy', 'busy']);
  expect(asked).toEqual(['http://[fd00::2]:8081/metrics']);
  workers['fd00::2'] = {};
  await clock.pass(2000);
  expect(await lines()).toBe('free');
});

test('a page that is not that of a worker tells nothing', () => {
  expect(linesIn('<html>log in</html>').lines).toBe('unknown');
});
