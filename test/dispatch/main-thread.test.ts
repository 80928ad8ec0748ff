import { expect, test } from 'vitest';
import { mainThreadOf, parseThread } from '../../src/dispatch/main-thread.ts';

test('state and CPU time are read behind the name, whatever that holds', () => {
  const stat = '7 (a) R (b) S 1 7 7 0 -1 4194304 100 0 0 0 150 50 0 0 20 0 11 0 1 1 1';
  expect(parseThread(stat)).toEqual({ isRunnable: false, cpuMs: 2000 });
  expect(parseThread(stat.replace(') S', ') R')).isRunnable).toBe(true);
});

test('this process has a main thread; one that is gone has none', () => {
  expect(mainThreadOf(process.pid)?.cpuMs).toBeGreaterThan(0);
  expect(mainThreadOf(undefined)).toBeUndefined();
});
