import { initializeLogger, Task } from '@livekit/agents';
import { expect, test } from 'vitest';
import { signalOfReply } from '../../src/framework/reply-signal.ts';

test("agents' running task tells its abort signal", async () => {
  initializeLogger({ pretty: false, level: 'fatal' });
  const reply = new AbortController();
  const signal = await Task.from(async () => signalOfReply(), reply).result;
  expect(signal).toBe(reply.signal);
});

test('there is none outside a task', () => {
  expect(signalOfReply()).toBeUndefined();
});
