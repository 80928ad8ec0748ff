import { AsyncLocalStorage } from 'node:async_hooks';
import { Room } from '@livekit/rtc-node';
import { expect, test } from 'vitest';
import { adoptRtcLog } from '../../src/framework/rtc-logger.ts';
import { createLog } from '../../src/observe/log.ts';

/** What rtc-node logs when it is told of a participant that it does not know. */
async function unknownParticipantLeft(): Promise<void> {
  const room = new Room();
  Object.assign(room, { localParticipant: {}, ffiHandle: { handle: 1n }, info: {} });
  const value = { participantIdentity: 'a-caller', publication: { info: {}, handle: { id: 0n } } };
  const message = { case: 'roomEvent', value: { roomHandle: 1n, message: { case: 'trackMuted', value } } };
  await (Reflect.get(room, 'onFfiEvent') as (event: unknown) => Promise<void>)({ message });
}

function lines(pii: boolean) {
  const written: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void written.push(JSON.parse(line)) };
  return { written, log: createLog({ level: 'info', pii, destination }) };
}

test('what rtc-node logs has the call’s id, and counts as personal data', async () => {
  const { written, log } = lines(true);
  const calls = new AsyncLocalStorage<typeof log>();
  adoptRtcLog(log, () => calls.getStore());
  await calls.run(log.child({ callId: 'A' }), unknownParticipantLeft);
  await unknownParticipantLeft();
  expect(written).toMatchObject([
    { level: 'warn', from: 'rtc-node', callId: 'A', pii_said: expect.stringContaining('a-caller') },
    { level: 'warn', from: 'rtc-node' },
  ]);
});

test('without leave to write personal data nobody is named', async () => {
  const { written, log } = lines(false);
  adoptRtcLog(log);
  await unknownParticipantLeft();
  expect(written).toMatchObject([{ level: 'warn', from: 'rtc-node', msg: 'rtc-node logged' }]);
  expect(JSON.stringify(written)).not.toContain('a-caller');
});
