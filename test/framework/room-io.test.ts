import { initializeLogger, voice } from '@livekit/agents';
import { Room } from '@livekit/rtc-node';
import { beforeEach, expect, test } from 'vitest';
import { connectToRoom, listenTo } from '../../src/framework/room-io.ts';

const TOPICS_OF_DEVELOPER_TOOLS = /^lk\.agent\./;

class WatchedRoom extends Room {
  readonly topics: string[] = [];
  override registerTextStreamHandler(
    ...[topic, handler]: Parameters<Room['registerTextStreamHandler']>
  ): void {
    this.topics.push(topic);
    super.registerTextStreamHandler(topic, handler);
  }
  override registerByteStreamHandler(
    ...[topic, handler]: Parameters<Room['registerByteStreamHandler']>
  ): void {
    this.topics.push(topic);
    super.registerByteStreamHandler(topic, handler);
  }
}

let session: voice.AgentSession;
let room: WatchedRoom;
const agent = () => new voice.Agent({ instructions: 'Answer.' });
beforeEach(() => {
  initializeLogger({ pretty: false, level: 'fatal' });
  session = new voice.AgentSession({ vad: null });
  room = new WatchedRoom();
});

test('agents keeps the connection that it is given, and opens no channel for its developer tools', async () => {
  const given = agent();
  connectToRoom(session, given, {
    room,
    inputOptions: { participantIdentity: 'caller', textEnabled: false },
  });
  expect(session.currentAgent).toBe(given);
  const connection = session._roomIO;
  await session.start({ agent: given, room, record: false });
  expect(session._roomIO).toBe(connection);
  expect(room.topics).toEqual([]);
  await session.close();
  expect(session._roomIO, 'closed with the session').toBeUndefined();
});

test('without that, it opens one', async () => {
  await session.start({ agent: agent(), room, record: false });
  expect(room.topics.filter((topic) => TOPICS_OF_DEVELOPER_TOOLS.test(topic))).not.toEqual([]);
  await session.close();
});

test('a session listens to whom it is told to', async () => {
  listenTo(session, 'nobody is connected yet');
  connectToRoom(session, agent(), {
    room,
    inputOptions: { participantIdentity: 'caller', textEnabled: false },
  });
  listenTo(session, 'second caller');
  expect(Reflect.get(session._roomIO ?? {}, 'participantIdentity')).toBe('second caller');
  await session._roomIO?.close();
});
