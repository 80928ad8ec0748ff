import { OwnedTextStreamReader } from '@livekit/rtc-ffi-bindings';
import { Room } from '@livekit/rtc-node';
import { beforeEach, expect, test } from 'vitest';
import { admitStreams, type OpenedStream } from '../../src/framework/text-streams.ts';

let room: Room;
let seen: OpenedStream[];
let stop: () => void;
beforeEach(() => {
  room = new Room();
  seen = [];
  for (const topic of ['chat', 'other']) room.registerTextStreamHandler(topic, () => {});
  stop = admitStreams(room, 'chat', (stream) => {
    seen.push(stream);
    return stream.identity === 'caller';
  });
});

/**
 * What rtc-node does with a stream that livekit-server tells of. There is none behind this one: the native library says
 * by its error whether it was asked for the stream's first piece, or to forget it.
 */
function fateOf(topic: string, identity: string, totalLength?: bigint): string {
  const info = { streamId: 's', topic, timestamp: 0n, mimeType: 'text/plain', totalLength };
  const reader = new OwnedTextStreamReader({ handle: { id: 0n }, info: info as never });
  try {
    Reflect.apply(Reflect.get(room, 'handleTextStreamOpened'), room, [reader, identity]);
    return 'nothing';
  } catch (error) {
    if (/TextReadIncremental/.test(String(error))) return 'read';
    return /drop an invalid handle/.test(String(error)) ? 'dropped' : String(error);
  }
}

test('rtc-node reads the streams that are admitted, and those of other topics', () => {
  expect(fateOf('chat', 'caller', 5n)).toBe('read');
  expect(fateOf('other', 'stranger')).toBe('read');
  expect(seen).toEqual([{ identity: 'caller', bytes: 5 }]);
});

test('rtc-node drops one that is not admitted, unread', () => {
  expect(fateOf('chat', 'stranger')).toBe('dropped');
  expect(seen).toEqual([{ identity: 'stranger', bytes: undefined }]);
});

test('afterwards all are read', () => {
  stop();
  expect(fateOf('chat', 'stranger')).toBe('read');
});
