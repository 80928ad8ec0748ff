import { AsyncLocalStorage } from 'node:async_hooks';
import { log as frameworkLog, initializeLogger } from '@livekit/agents';
import { expect, test } from 'vitest';
import { adoptFrameworkLog } from '../../src/framework/logger.ts';
import { createLog } from '../../src/observe/log.ts';

function lines() {
  const written: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void written.push(JSON.parse(line)) };
  return { written, log: createLog({ level: 'info', pii: false, destination }) };
}

test("agents' lines go through our log, which drops personal data, from warn on", () => {
  const { written, log } = lines();
  adoptFrameworkLog(log, 'info');
  frameworkLog().info('narrates');
  frameworkLog().warn({ 'lk.pii.room_name': 'room-of-a-caller' }, 'warns');
  expect(written).toEqual([expect.objectContaining({ level: 'warn', from: 'livekit', msg: 'warns' })]);
  expect(JSON.stringify(written)).not.toContain('room-of-a-caller');
});

test('what a hang-up broke off is no error', () => {
  const { written, log } = lines();
  adoptFrameworkLog(log, 'info');
  frameworkLog().error(new DOMException('aborted', 'AbortError'), 'Failed to update agent state attributes');
  frameworkLog().error(new Error('refused'), 'Failed to update agent state attributes');
  expect(written).toEqual([expect.objectContaining({ level: 'error', err: expect.anything() })]);
});

test('agents sets a logger up by itself, too: the lines stay ours', () => {
  const { written, log } = lines();
  adoptFrameworkLog(log, 'info');
  initializeLogger({ pretty: false, level: 'fatal' });
  frameworkLog().warn('kept');
  expect(written.map(({ msg }) => msg)).toEqual(['kept']);
});

test('two calls at once: each line has the id of the call that agents works for', async () => {
  const { written, log } = lines();
  const calls = new AsyncLocalStorage<typeof log>();
  adoptFrameworkLog(log, 'info', () => calls.getStore());
  const call = (callId: string) =>
    calls.run(log.child({ callId }), async () => {
      const kept = frameworkLog();
      await new Promise(setImmediate);
      frameworkLog().warn({ step: 1 }, 'warns');
      kept.child({ step: 2 }).warn('warns');
      kept.info('narrates');
    });
  await Promise.all([call('A'), call('B')]);
  frameworkLog().warn({ step: 3 }, 'warns');
  expect(written.map(({ callId, from, step }) => `${callId} ${from} ${step}`).sort()).toEqual([
    'A livekit 1',
    'A livekit 2',
    'B livekit 1',
    'B livekit 2',
    'undefined livekit 3',
  ]);
});
