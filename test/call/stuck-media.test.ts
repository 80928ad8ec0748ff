import { TrackKind } from '@livekit/rtc-node';
import { expect, test } from 'vitest';
import { watchMedia } from '../../src/call/stuck-media.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const ACTIVE = 2;
const JOINED = 1;
const MICROPHONE = { kind: TrackKind.KIND_AUDIO, subscribed: false };

function watched({ tracks = [MICROPHONE], state = ACTIVE } = {}) {
  const trackPublications = new Map(tracks.map((track, at) => [String(at), { ...track }]));
  const caller = { info: { state }, trackPublications };
  const clock = manualClock();
  let stuck = 0;
  let hear = () => {};
  const subscribed = new Promise<void>((resolve) => {
    hear = resolve;
  });
  const room = { remoteParticipants: new Map([['caller', caller]]) } as never;
  watchMedia({ room, identity: 'caller', subscribed, clock }, () => {
    stuck += 1;
  });
  return {
    caller,
    clock,
    hear,
    stuck: () => stuck,
    room: room as { remoteParticipants: Map<string, unknown> },
  };
}

test('a caller who sends, is not received and hears nothing for 4 s: told once', () => {
  const { clock, stuck } = watched();
  clock.advance(3900);
  expect(stuck()).toBe(0);
  clock.advance(20_000);
  expect(stuck()).toBe(1);
});

test.each<[string, Parameters<typeof watched>[0]]>([
  ['one who sends nothing', { tracks: [] }],
  ['one who sends pictures alone', { tracks: [{ kind: TrackKind.KIND_VIDEO, subscribed: false }] }],
  ['one whose sound is received', { tracks: [{ ...MICROPHONE, subscribed: true }] }],
  ['one who is not connected yet', { state: JOINED }],
])('%s is not taken for it', (_name, of) => {
  const { clock, stuck } = watched(of);
  clock.advance(30_000);
  expect(stuck()).toBe(0);
});

test('one who hears the agent is not taken for it, though their sound is kept from us', async () => {
  const { clock, hear, stuck } = watched();
  clock.advance(2000);
  hear();
  await Promise.resolve();
  clock.advance(30_000);
  expect(stuck()).toBe(0);
});

test('the 4 s begin when the caller is connected, and anew where they come back', () => {
  const { caller, clock, room, stuck } = watched({ state: JOINED });
  clock.advance(10_000);
  caller.info.state = ACTIVE;
  clock.advance(3000);
  room.remoteParticipants.delete('caller');
  clock.advance(1000);
  room.remoteParticipants.set('caller', caller);
  clock.advance(3900);
  expect(stuck()).toBe(0);
  clock.advance(1000);
  expect(stuck()).toBe(1);
});
