import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { createWatch } from '../../src/probe/watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what is there already is returned at once', async () => {
  await expect(createWatch(() => '').until('a word', () => 'yes', 10)).resolves.toBe('yes');
});

test('a value that is 0 or empty is a value', async () => {
  await expect(createWatch(() => '').until('a number', () => 0, 10)).resolves.toBe(0);
});

test('a change makes it look again', async () => {
  const watch = createWatch(() => '');
  let state: string | undefined;
  const found = watch.until('a state', () => state, 1000);
  watch.changed();
  state = 'ready';
  watch.changed();
  await expect(found).resolves.toBe('ready');
  expect(vi.getTimerCount()).toBe(0);
});

test('a wait in vain says for what, how long, and what was seen', async () => {
  const watch = createWatch(() => 'agents in the room: none');
  const found = watch.until('the agent to speak', () => false as const, 500);
  const failed = expect(found).rejects.toThrow(
    'waited 500 ms for the agent to speak\nagents in the room: none',
  );
  await vi.advanceTimersByTimeAsync(500);
  await failed;
  await expect(found).rejects.toBeInstanceOf(AppError);
});

test('a look that throws ends the wait with its error', async () => {
  const watch = createWatch(() => '');
  let broken = false;
  const found = watch.until(
    'anything',
    () => {
      if (broken) throw new AppError('two agents joined');
      return undefined;
    },
    1000,
  );
  broken = true;
  watch.changed();
  await expect(found).rejects.toThrow('two agents joined');
  expect(vi.getTimerCount()).toBe(0);
});
