import { expect, test } from 'vitest';
import { CallRooms } from '../../src/dispatch/call-rooms.ts';
import type { AssignedJob } from '../../src/dispatch/host-messages.ts';
import { fakeHosts } from '../helpers/fake-hosts.ts';

const job = (id: string): AssignedJob => ({
  ...{ id, roomName: `room of ${id}`, url: 'ws://127.0.0.1:1', token: '', identity: `agent-${id}` },
  ...{ dispatchId: '', agentName: '', roomSid: '', metadata: '', attributes: {} },
});

/** Two host processes that are heard. */
function started() {
  const rooms = new CallRooms();
  const { startHost, all } = fakeHosts();
  const [first, second] = [1, 2].map(rooms.hear(startHost));
  if (!first || !second) throw new Error('no hosts');
  for (const host of [first, second]) {
    host.onMessage(() => {});
    host.onExit(() => {});
  }
  const listened = () => all.map(({ heard }) => heard.filter(({ kind }) => kind === 'listened'));
  return { rooms, first, second, all, listened };
}

test('a call has a room from its start to its end, and alone is told who listens', () => {
  const { rooms, first, second, all, listened } = started();
  first.send({ kind: 'start-call', job: job('A') });
  second.send({ kind: 'start-call', job: job('B') });
  expect([rooms.roomOf('A'), rooms.roomOf('B'), rooms.roomOf('C')]).toEqual([
    'room of A',
    'room of B',
    undefined,
  ]);
  expect([rooms.listened('B'), rooms.listened('C')]).toEqual([true, false]);
  expect(listened()).toEqual([[], [{ kind: 'listened', jobId: 'B' }]]);
  all[0]?.say({ kind: 'call-ended', jobId: 'A', reason: 'left', ok: true });
  expect(rooms.roomOf('A')).toBeUndefined();
});

test('a call that goes on in another process is told there, whatever becomes of the first one', () => {
  const { rooms, first, second, all, listened } = started();
  first.send({ kind: 'start-call', job: job('A') });
  second.send({ kind: 'start-call', job: job('A') });
  all[0]?.exit('SIGKILL');
  expect(rooms.listened('A')).toBe(true);
  expect(listened()).toEqual([[], [{ kind: 'listened', jobId: 'A' }]]);
  all[1]?.exit('SIGKILL');
  expect(rooms.listened('A')).toBe(false);
});
