import { ReadableStream } from 'node:stream/web';
import { type AudioFrame, type RemoteTrack, RoomEvent, TrackSource } from '@livekit/rtc-node';
import { expect, test } from 'vitest';
import { hearEarly } from '../../src/call/early-sound.ts';
import { CallScope } from '../../src/call/scope.ts';
import { logInto } from '../helpers/call-log.ts';
import { FakeRoom } from '../helpers/fake-room.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const MICROPHONE = { source: TrackSource.SOURCE_MICROPHONE };

/** Whoever takes our call is there; `opened` has each stream, and whether it was given up. */
function calling() {
  const [room, scope] = [new FakeRoom(), new CallScope({ log: logInto([]), clock: manualClock() })];
  const opened: { track: RemoteTrack; speaks(frame: string): void; isGivenUp: boolean }[] = [];
  room.joins('callee');
  const openStream = (track: RemoteTrack) => {
    const one = { track, speaks: (_frame: string) => {}, isGivenUp: false };
    opened.push(one);
    return new ReadableStream<AudioFrame>({
      start: (controller) => {
        one.speaks = (frame) => controller.enqueue(frame as never);
      },
      cancel: () => {
        one.isGivenUp = true;
      },
    });
  };
  const track = { name: 'of the callee' } as never;
  const open = hearEarly({ scope, room: room.asRoom(), identity: 'callee', openStream });
  const subscribed = (what: object = MICROPHONE, identity = 'callee') =>
    room.emit(RoomEvent.TrackSubscribed, track, what, { identity });
  return { room, scope, opened, open, track, subscribed };
}

test('what is said before the session listens is heard, from the first frame', async () => {
  const { opened, open, track, subscribed } = calling();
  subscribed();
  opened[0]?.speaks('Hel');
  opened[0]?.speaks('lo?');
  const reader = open(track).getReader();
  expect([(await reader.read()).value, (await reader.read()).value]).toEqual(['Hel', 'lo?']);
  expect(opened).toHaveLength(1);
});

test('it is given once: whoever opens the track again hears it from then on', () => {
  const { opened, open, track, subscribed } = calling();
  subscribed();
  open(track);
  open(track);
  subscribed();
  expect(opened).toHaveLength(2);
});

test('others, and what is no microphone, are not listened to', () => {
  const { opened, subscribed } = calling();
  subscribed(MICROPHONE, 'somebody else');
  subscribed({ source: TrackSource.SOURCE_CAMERA });
  expect(opened).toEqual([]);
});

test('a call that ends before its session listens gives it up', async () => {
  const { scope, opened, subscribed } = calling();
  subscribed();
  await scope.end({ reason: 'left', ok: true });
  expect(opened.map(({ isGivenUp }) => isGivenUp)).toEqual([true]);
});
