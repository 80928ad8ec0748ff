import { expect, test, vi } from 'vitest';
import type { CallEnd } from '../../src/call/scope.ts';
import type { AssignedJob, FromHost } from '../../src/dispatch/host-messages.ts';
import { currentCall } from '../../src/host/call-context.ts';
import { createCalls } from '../../src/host/calls.ts';
import { createLog } from '../../src/observe/log.ts';

const job = (id: string): AssignedJob => ({
  ...{ id, roomName: `room of ${id}`, url: 'ws://127.0.0.1:1', token: '', identity: `agent-${id}` },
  ...{ dispatchId: '', agentName: '', roomSid: '', metadata: '', attributes: {} },
});

/** Calls that end when the test says so; `asked` has what they were asked to do. */
function hosted(isBroken = false) {
  const sent: FromHost[] = [];
  const lines: Record<string, unknown>[] = [];
  const asked: string[] = [];
  const opened = new Map<string, { end(end: CallEnd): void; context: string | undefined }>();
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const calls = createCalls({
    send: (message) => sent.push(message),
    log: createLog({ level: 'info', pii: false, destination }),
    open({ id }) {
      if (isBroken) throw new Error('no such file');
      const ended = new Promise<CallEnd>((end) => opened.set(id, { end, context: currentCall()?.jobId }));
      return {
        ended,
        end: async (reason) => void asked.push(`${id} ends: ${reason}`),
        fail: async (error) => void asked.push(`${id} fails: ${error}`),
        listened: () => void asked.push(`${id} is listened to`),
      };
    },
  });
  return { calls, sent, lines, asked, opened };
}

test('a call runs in its own context, and its end is told once', async () => {
  const { calls, sent, opened } = hosted();
  calls.start(job('A'));
  calls.start(job('B'));
  expect([opened.get('A')?.context, opened.get('B')?.context, calls.count]).toEqual(['A', 'B', 2]);
  opened.get('A')?.end({ reason: 'internal error', ok: false });
  await vi.waitFor(() => expect(calls.count).toBe(1));
  expect(sent).toEqual([{ kind: 'call-ended', jobId: 'A', reason: 'internal error', ok: false }]);
});

test('a fault fails its own call and no other', () => {
  const { calls, asked } = hosted();
  calls.start(job('A'));
  calls.start(job('B'));
  calls.fail('A', 'thrown');
  calls.fail(undefined, 'thrown elsewhere');
  calls.fail('over by now', 'thrown late');
  calls.end('B', 'removed');
  expect(asked).toEqual(['A fails: thrown', 'B ends: removed']);
});

test('a call is told that an operator listens to it; one that is over is not', () => {
  const { calls, asked } = hosted();
  calls.start(job('A'));
  calls.listened('A');
  calls.listened('over by now');
  expect(asked).toEqual(['A is listened to']);
});

test('a call that cannot be opened is told as one that failed, with its id in the log', () => {
  const { calls, sent, lines } = hosted(true);
  calls.start(job('A'));
  expect(calls.count).toBe(0);
  expect(sent).toEqual([{ kind: 'call-ended', jobId: 'A', reason: 'call could not start', ok: false }]);
  expect(lines).toMatchObject([{ level: 'error', callId: 'A', error: { message: 'no such file' } }]);
});

test('a job that is told twice is one call', () => {
  const { calls, lines } = hosted();
  calls.start(job('A'));
  calls.start(job('A'));
  expect(calls.count).toBe(1);
  expect(lines).toMatchObject([{ level: 'warn', callId: 'A' }]);
});

test('who waits for the last call is told when it is over, or at once', async () => {
  const { calls, asked, opened } = hosted();
  await calls.whenNone();
  calls.start(job('A'));
  calls.start(job('B'));
  const none = calls.whenNone().then(() => calls.count);
  calls.endAll('worker gone');
  expect(asked).toEqual(['A ends: worker gone', 'B ends: worker gone']);
  opened.get('A')?.end({ reason: 'over', ok: true });
  opened.get('B')?.end({ reason: 'over', ok: true });
  expect(await none).toBe(0);
});
