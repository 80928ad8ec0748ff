import { initializeLogger, voice } from '@livekit/agents';
import { Room } from '@livekit/rtc-node';
import { beforeEach, expect, test } from 'vitest';
import { closeSession } from '../../src/framework/close-session.ts';
import { connectToRoom } from '../../src/framework/room-io.ts';

let session: voice.AgentSession;
let room: Room;
const agent = new voice.Agent({ instructions: 'Answer.' });
const inputOptions = { participantIdentity: 'caller', textEnabled: false };
/** Those that the connection itself takes away again; it leaves others (`call/meet.ts` removes them). */
const listeners = () =>
  room.listenerCount('participantConnected') + room.listenerCount('connectionStateChanged');

beforeEach(() => {
  initializeLogger({ pretty: false, level: 'fatal' });
  session = new voice.AgentSession({ vad: null });
  room = new Room();
});

test('a session that was connected and not started lets go of its room; its own close does not', async () => {
  connectToRoom(session, agent, { room, inputOptions });
  await session.close();
  expect(listeners()).toBe(2);
  await closeSession(session);
  expect(listeners()).toBe(0);
});

test('a session that was started is closed, also twice, and has kept no events (agents-js#875)', async () => {
  connectToRoom(session, agent, { room, inputOptions });
  await session.start({ agent, room, record: false });
  await closeSession(session);
  await closeSession(session);
  expect(session._recordedEvents).toEqual([]);
  expect(listeners()).toBe(0);
});
