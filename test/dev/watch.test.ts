import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchSources } from '../../src/dev/watch.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function watched() {
  const changes: (readonly string[])[] = [];
  let touch = (_path: string) => {};
  let closed = false;
  const stop = watchSources(
    'src',
    (paths) => changes.push(paths),
    (_folder, listener) => {
      touch = listener;
      return {
        close: () => {
          closed = true;
        },
      };
    },
  );
  return { changes, touch: (path: string) => touch(path), stop, closed: () => closed };
}

test('a burst of changes is one change that names every file once', () => {
  const { changes, touch } = watched();
  touch('call/call.ts');
  touch('agent.ts');
  vi.advanceTimersByTime(150);
  touch('call/call.ts');
  vi.advanceTimersByTime(150);
  expect(changes).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(changes).toEqual([['agent.ts', 'call/call.ts']]);
});

test('files that are no TypeScript do not count', () => {
  const { changes, touch } = watched();
  for (const path of ['web/page/page.js', 'README.md', 'agent.ts~', '.agent.ts.swp']) touch(path);
  vi.advanceTimersByTime(1000);
  expect(changes).toEqual([]);
});

test('nothing is told after the stop', () => {
  const { changes, touch, stop, closed } = watched();
  touch('agent.ts');
  stop();
  vi.advanceTimersByTime(1000);
  expect(changes).toEqual([]);
  expect(closed()).toBe(true);
});
