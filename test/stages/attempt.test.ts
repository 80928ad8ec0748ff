import { initializeLogger, Task } from '@livekit/agents';
import { beforeAll, expect, test } from 'vitest';
import { attemptNow } from '../../src/stages/attempt.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

/** What the tasks of one reply see, as the framework runs them: with one controller (`replyAbortController`). */
function reply() {
  const controller = new AbortController();
  return () => Task.from(async () => attemptNow(), controller).result;
}

test('the tasks of one reply are one attempt, those of another are another', async () => {
  const [first, second] = [reply(), reply()];
  const [model, other, voice] = [await first(), await second(), await first()];
  expect(voice).toBe(model);
  expect(other).not.toBe(model);
});

test('outside of a reply each is its own', () => {
  expect(attemptNow()).not.toBe(attemptNow());
});
