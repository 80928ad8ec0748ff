import { ReadableStream } from 'node:stream/web';
import { initializeLogger, voice } from '@livekit/agents';
import { AudioFrame, AudioSource, type RemoteTrack, Room } from '@livekit/rtc-node';
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

/** A microphone that is opened for a session, whose frames hold one number each. */
async function taken() {
  const [heard, took, cancelled] = [[] as unknown[], [] as unknown[], [] as unknown[]];
  let send: (value: number) => void = () => {};
  const frames = new ReadableStream<AudioFrame>({
    start(controller) {
      send = (value) => controller.enqueue(new AudioFrame(Int16Array.of(value), 16_000, 1, 1));
    },
    cancel: (reason) => void cancelled.push(reason ?? 'cancelled'),
  });
  const given = agent();
  connectToRoom(session, given, {
    room,
    inputOptions: { participantIdentity: 'caller', textEnabled: false },
    onHeard: ([value]) => heard.push(value),
    take: ({ data: [value] }) => took.push(value),
    openStream: () => frames,
  });
  await session.start({ agent: given, room, record: false });
  const input = Reflect.get(session._roomIO ?? {}, 'audioInput');
  Reflect.get(input, 'openStream').call(input, {} as RemoteTrack);
  return { heard, took, cancelled, send, input };
}

test('who takes the frames hears as the session would: silence under what may not be interrupted, nothing while it is off', async () => {
  const { heard, took, send } = await taken();
  const says = (speech: object | undefined) =>
    Object.defineProperty(session._activity, 'currentSpeech', { get: () => speech, configurable: true });
  const send1 = async (value: number) => {
    send(value);
    await expect.poll(() => heard.at(-1)).toBe(value);
  };
  await send1(1);
  says({ allowInterruptions: false, interrupted: false, done: () => false });
  await send1(2);
  says({ allowInterruptions: false, interrupted: false, done: () => true });
  await send1(3);
  says({ allowInterruptions: true, interrupted: false, done: () => false });
  await send1(4);
  session.input.setAudioEnabled(false);
  await send1(5);
  session.input.setAudioEnabled(true);
  await send1(6);
  expect(took).toEqual([1, 0, 3, 4, 6]);
  expect(heard).toEqual([1, 2, 3, 4, 5, 6]);
  says(undefined);
  await session.close();
});

test('a microphone that the session leaves is closed', async () => {
  const { cancelled, input } = await taken();
  await Reflect.get(input, 'closeCurrentInput').call(input);
  await expect.poll(() => cancelled).toHaveLength(1);
  await session.close();
});

test('agents itself silences a caller under what may not be interrupted', async () => {
  const given = agent();
  await session.start({ agent: given, room, record: false });
  const activity = session._activity ?? {};
  const discards = () => Reflect.get(activity, 'shouldDiscardInputAudio').call(activity);
  Object.assign(session, { _aecWarmupRemaining: 0 });
  const speech = { allowInterruptions: false, interrupted: false, done: () => false };
  Reflect.set(activity, '_currentSpeech', speech);
  expect(discards()).toBe(true);
  for (const other of [{ allowInterruptions: true }, { interrupted: true }, { done: () => true }]) {
    Reflect.set(activity, '_currentSpeech', { ...speech, ...other });
    expect(discards()).toBe(false);
  }
  Reflect.set(activity, '_currentSpeech', undefined);
  await session.close();
});
