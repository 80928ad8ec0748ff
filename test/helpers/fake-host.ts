import type { CallHost } from '../../src/call/host.ts';
import type { FakeRoom } from './fake-room.ts';
import { NO_COLLEAGUES } from './no-colleagues.ts';

/** The host of a call in a room without a server. @param asked - is told what the call asks of it. */
export const fakeHost = (room: FakeRoom, asked: string[]): CallHost => ({
  callId: 'AJ_1',
  room: room.asRoom(),
  ...{ dispatchMetadata: '', dispatchAttributes: {} },
  connect: async () => void asked.push('connect'),
  disconnect: async () => void asked.push('disconnect'),
  deleteRoom: async () => void asked.push('deleteRoom'),
  colleagues: NO_COLLEAGUES,
  transfer: async (_, to) => void asked.push(`transfer to ${to}`),
});
