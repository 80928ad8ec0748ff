import { beforeEach, expect, test, vi } from 'vitest';
import { openRoom } from '../../src/host/room.ts';
import { createLog } from '../../src/observe/log.ts';
import { DialLimits } from '../../src/phone/outbound/dial-limits.ts';
import { ownPlacedCalls } from '../../src/phone/outbound/placed-calls.ts';
import { configFrom } from '../helpers/config.ts';

const done: string[] = [];
const lines: string[] = [];
beforeEach(() => {
  done.length = 0;
  lines.length = 0;
});

/** A room whose server does what the test says; `done` has what was done, in order. */
function opened(deleteRoom: (name: string) => Promise<void>) {
  const host = openRoom({
    job: {
      ...{ id: 'A', roomName: 'room-1', url: 'ws://127.0.0.1:1', token: '', identity: 'agent-A' },
      ...{ dispatchId: '', agentName: '', roomSid: '', metadata: '', attributes: {} },
    },
    livekit: configFrom({ OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' }).livekit,
    ffi: { adopt: () => {}, forget: () => void done.push('forgotten') },
    rooms: {
      deleteRoom,
      listParticipants: async () => [],
      async updateSubscriptions() {},
      async removeParticipant() {},
      updateParticipant: async () => ({}) as never,
    },
    sip: {
      transferSipParticipant: async (...args) => void done.push(JSON.stringify(args)),
      listSipOutboundTrunk: async () => [],
      createSipParticipant: () => Promise.reject(new Error('no trunk')),
    },
    phone: { setup: undefined },
    limits: new DialLimits(ownPlacedCalls()),
    log: createLog({ level: 'info', pii: false, destination: { write: (line) => void lines.push(line) } }),
    onJoined: () => {},
  });
  host.room.disconnect = async () => void done.push('left');
  return host;
}

test('a room is left before it is deleted: put out by the server, rtc-node keeps its connection for good', async () => {
  const host = opened(async (name) => void done.push(`deleted ${name}`));
  await host.deleteRoom();
  expect(done).toEqual(['left', 'deleted room-1']);
});

test('what belongs to a room is let go once its deletion is through, also when that fails', async () => {
  let refuse: (error: Error) => void = () => {};
  const host = opened((name) => {
    done.push(`asked to delete ${name}`);
    return new Promise((_, reject) => {
      refuse = reject;
    });
  });
  const deleting = host.deleteRoom();
  const over = host.disconnect();
  await vi.waitFor(() => expect(done).toEqual(['left', 'left', 'asked to delete room-1']));
  refuse(new Error('no such room'));
  await Promise.all([deleting, over]);
  expect(done.at(-1)).toBe('forgotten');
  expect(lines.join()).toContain('no such room');
});

test('a phone is transferred to a number as `tel:` names it, with headers for it, and hears that it rings', async () => {
  await opened(async () => {}).transfer('sip_1', '+60312345678', { 'X-Account': '12' });
  const options = { playDialtone: true, headers: { 'X-Account': '12' }, ringingTimeout: 30 };
  expect(done).toEqual([JSON.stringify(['room-1', 'sip_1', 'tel:+60312345678', options])]);
});
