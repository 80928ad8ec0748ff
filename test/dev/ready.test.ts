import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Child, ChildExit } from '../../src/dev/child.ts';
import { asService, startService } from '../../src/dev/ready.ts';
import { AppError } from '../../src/errors.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function fakeChild() {
  let end = (_exit: ChildExit) => {};
  const exited = new Promise<ChildExit>((resolve) => {
    end = resolve;
  });
  const kill = vi.fn();
  const child: Child = { pid: 1, exited, stop: async () => {}, kill };
  return { child, kill, end: (lastLines: string[]) => end({ code: 1, signal: null, lastLines }) };
}
const never = new Promise<void>(() => {});

test('it is ready when it says so, and its later end is no fault of the start', async () => {
  const { child, end, kill } = fakeChild();
  const service = asService('worker', child, Promise.resolve(), 1000);
  await service.ready;
  end([]);
  await vi.advanceTimersByTimeAsync(2000);
  expect(kill).not.toHaveBeenCalled();
});

test('an end before that is a failed start, with the last words', async () => {
  const { child, end } = fakeChild();
  const { ready } = asService('worker', child, never, 1000);
  end(['Error: boom']);
  await expect(ready).rejects.toThrow('worker did not start: it ended; its last lines:\n  Error: boom');
});

test('who is not ready in time is ended', async () => {
  const { child, kill } = fakeChild();
  const { ready } = asService('worker', child, never, 1000);
  const failure = expect(ready).rejects.toThrow('worker did not start: not ready within 1000 ms');
  await vi.advanceTimersByTimeAsync(1000);
  await failure;
  expect(kill).toHaveBeenCalledOnce();
});

test('why it cannot be ready is in the error', async () => {
  const { child } = fakeChild();
  const { ready } = asService('worker', child, Promise.reject(new AppError('no port')), 1000);
  await expect(ready).rejects.toThrow('worker did not start: no port');
});

test('a program is ready at the line that tells it, not before', async () => {
  vi.useRealTimers();
  const heard: string[] = [];
  const service = startService({
    name: 'server',
    withinMs: 4000,
    command: '/bin/sh',
    args: ['-c', 'echo starting; echo listening; sleep 60'],
    env: { PATH: '/usr/bin:/bin' },
    readyAt: (line) => heard.push(line) > 0 && line === 'listening',
  });
  await service.ready;
  expect(heard).toEqual(['starting', 'listening']);
  await service.stop();
});
