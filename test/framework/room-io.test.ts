import { initializeLogger, voice } from '@livekit/agents';
import { AudioSource, Room } from '@livekit/rtc-node';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
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

test('the microphone is taken in windows of the detector, at the rate that was asked for', async () => {
  connectToRoom(session, agent(), {
    room,
    inputOptions: { participantIdentity: 'caller', textEnabled: false, audioSampleRate: 16_000 },
  });
  const input = Reflect.get(session._roomIO ?? {}, 'audioInput');
  const source = new AudioSource(48_000, 1);
  const native = Reflect.get(globalThis, '_ffiClientInstance') as { request(request: unknown): unknown };
  const { request } = native;
  const asked: unknown[] = [];
  native.request = ({ message }: { message: { value: unknown } }) => {
    asked.push(message.value);
    throw new Error('no such track');
  };
  onTestFinished(() => void Object.assign(native, { request }));
  // Where the connection itself makes the stream of a track.
  const opened = () => Reflect.get(input, 'openStream').call(input, { ffi_handle: { handle: 1n } });
  expect(opened).toThrow('no such track');
  expect(asked).toMatchObject([{ sampleRate: 16_000, numChannels: 1, frameSizeMs: 32 }]);
  Object.assign(native, { request });
  await Promise.all([session._roomIO?.close(), source.close()]);
});
