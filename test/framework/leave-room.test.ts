import { LocalParticipant, type Room } from '@livekit/rtc-node';
import { expect, test, vi } from 'vitest';
import { leaveRoom } from '../../src/framework/leave-room.ts';

const WRITES = ['streamText', 'sendText', 'streamBytes', 'sendFile'] as const;

test('rtc-node opens data streams by these methods, and by no others that are known', () => {
  const methods = Object.getOwnPropertyNames(LocalParticipant.prototype);
  expect(methods.filter((name) => /^(stream|send)(Text|Bytes|File)/.test(name)).sort()).toEqual(
    [...WRITES].sort(),
  );
});

test('from the moment it is left on, nothing is written in a room', async () => {
  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const localParticipant = Object.fromEntries(WRITES.map((name) => [name, vi.fn(async () => 'written')]));
  const room = { localParticipant, disconnect: vi.fn(() => left) } as unknown as Room;
  expect(await localParticipant.streamText?.()).toBe('written');
  const leaving = leaveRoom(room);
  for (const name of WRITES) await expect(localParticipant[name]?.()).rejects.toThrow('a room that was left');
  leave();
  await leaving;
  expect(room.disconnect).toHaveBeenCalledOnce();
});

test('a room that was never joined is left', async () => {
  const room = { disconnect: vi.fn(async () => {}) } as unknown as Room;
  await leaveRoom(room);
  expect(room.disconnect).toHaveBeenCalledOnce();
});
