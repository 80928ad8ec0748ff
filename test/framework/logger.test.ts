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

test('agents replaces the logger when a call starts; adopted again, it is ours', () => {
  const { written, log } = lines();
  adoptFrameworkLog(log, 'info');
  initializeLogger({ pretty: false, level: 'fatal' });
  frameworkLog().warn('lost');
  adoptFrameworkLog(log, 'info');
  frameworkLog().warn('kept');
  expect(written.map(({ msg }) => msg)).toEqual(['kept']);
});
