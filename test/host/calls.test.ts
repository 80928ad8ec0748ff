import { expect, test, vi } from 'vitest';
import type { AssignedJob, FromHost } from '../../src/dispatch/host-messages.ts';
import { currentCall } from '../../src/host/call-context.ts';
import { createCalls } from '../../src/host/calls.ts';
import { createLog } from '../../src/observe/log.ts';

const job = (id: string): AssignedJob => ({
  ...{ id, roomName: `room of ${id}`, url: 'ws://127.0.0.1:1', token: '', identity: `agent-${id}` },
  ...{ dispatchId: '', agentName: '', roomSid: '', metadata: '', attributes: {} },
});

/** Calls that end when the test says so; `asked` has the reasons that they were asked to end for. */
function hosted() {
  const sent: FromHost[] = [];
  const lines: Record<string, unknown>[] = [];
  const asked: string[] = [];
  const settle = new Map<string, { end(reason: string): void; fail(error: Error): void; context: unknown }>();
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const calls = createCalls({
    send: (message) => sent.push(message),
    log: createLog({ level: 'info', pii: false, destination }),
    open({ id }) {
      const ended = new Promise<string>((end, fail) =>
        settle.set(id, { end, fail, context: currentCall()?.jobId }),
      );
      return { ended, end: (reason) => asked.push(`${id}: ${reason}`) };
    },
  });
  return { calls, sent, lines, asked, settle };
}

test('a call runs in its own context, and its end is told once', async () => {
  const { calls, sent, settle } = hosted();
  calls.start(job('A'));
  calls.start(job('B'));
  expect([settle.get('A')?.context, settle.get('B')?.context, calls.count]).toEqual(['A', 'B', 2]);
  settle.get('A')?.end('caller left');
  await vi.waitFor(() => expect(calls.count).toBe(1));
  expect(sent).toEqual([{ kind: 'call-ended', jobId: 'A', reason: 'caller left', ok: true }]);
});

test('a fault ends its own call, once, and says so in place of the reason', async () => {
  const { calls, sent, asked, settle } = hosted();
  calls.start(job('A'));
  calls.start(job('B'));
  calls.fail('A');
  calls.fail('A');
  calls.fail(undefined);
  expect(asked).toEqual(['A: internal error']);
  settle.get('A')?.end('agent hung up');
  await vi.waitFor(() => expect(calls.count).toBe(1));
  expect(sent).toEqual([{ kind: 'call-ended', jobId: 'A', reason: 'internal error', ok: false }]);
});

test('a call that cannot start is told as one that failed, with its id in the log', async () => {
  const { calls, sent, lines, settle } = hosted();
  calls.start(job('A'));
  settle.get('A')?.fail(new Error('no media path'));
  await vi.waitFor(() => expect(calls.count).toBe(0));
  expect(sent).toEqual([{ kind: 'call-ended', jobId: 'A', reason: 'call could not start', ok: false }]);
  expect(lines).toMatchObject([{ level: 'error', callId: 'A', error: { message: 'no media path' } }]);
});

test('a job that is told twice is one call', () => {
  const { calls, lines } = hosted();
  calls.start(job('A'));
  calls.start(job('A'));
  expect(calls.count).toBe(1);
  expect(lines).toMatchObject([{ level: 'warn', callId: 'A' }]);
});

test('who waits for the last call is told when it is over, or at once', async () => {
  const { calls, asked, settle } = hosted();
  await calls.whenNone();
  calls.start(job('A'));
  calls.start(job('B'));
  const none = calls.whenNone().then(() => calls.count);
  calls.endAll('worker gone');
  expect(asked).toEqual(['A: worker gone', 'B: worker gone']);
  settle.get('A')?.end('over');
  settle.get('B')?.end('over');
  expect(await none).toBe(0);
});
