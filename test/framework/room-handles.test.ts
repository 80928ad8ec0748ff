import { Room } from '@livekit/rtc-node';
import { expect, test } from 'vitest';
import { watchHandles } from '../../src/framework/room-handles.ts';

/** A participant with one track, whose native objects say when they are freed. */
function participant(name: string, freed: string[]) {
  const handle = (of: string) => ({ dispose: () => freed.push(`${name}'s ${of}`) });
  const track = { ffi_handle: handle('track'), setRoom() {}, closeAudioStreams() {} };
  const publication = { ffiHandle: handle('publication'), track };
  return {
    ...{ identity: name, info: {}, ffi_handle: handle('handle') },
    trackPublications: new Map([['TR_1', publication]]),
  };
}

/** A connected room with the agent and a caller; `tell` is what the native side says. */
function connected() {
  const room = new Room();
  const freed: string[] = [];
  const free = watchHandles(room);
  Reflect.set(room, 'ffiHandle', { handle: 1n, dispose: () => freed.push('room') });
  Reflect.set(room, 'info', {});
  Reflect.set(room, 'localParticipant', participant('agent', freed));
  room.remoteParticipants.set('caller', participant('caller', freed) as never);
  const processEvent = Reflect.get(room, 'processFfiEvent') as (event: unknown) => Promise<void>;
  const tell = (kind: string, value: unknown) =>
    processEvent.call(room, {
      message: { case: 'roomEvent', value: { roomHandle: 1n, message: { case: kind, value } } },
    });
  return { freed, free, tell };
}

const OF_CALLER = ["caller's handle", "caller's publication", "caller's track"];
const OF_AGENT = ["agent's handle", "agent's publication", "agent's track"];

test('what is there when the room was left is freed', () => {
  const { freed, free } = connected();
  free();
  expect(freed.sort()).toEqual([...OF_AGENT, ...OF_CALLER, 'room']);
});

test('so is a caller who left before, and their track, which rtc-node forgets first', async () => {
  const { freed, free, tell } = connected();
  await tell('trackUnsubscribed', { participantIdentity: 'caller', trackSid: 'TR_1' });
  await tell('participantDisconnected', { participantIdentity: 'caller' });
  expect(freed, 'the call may still read them').toEqual([]);
  free();
  expect(freed.sort()).toEqual([...OF_AGENT, ...OF_CALLER, 'room']);
});

test('so is the agent’s voice, which is taken back before the room is left', async () => {
  const { freed, free, tell } = connected();
  await tell('localTrackUnpublished', { publicationSid: 'TR_1' });
  await tell('localTrackUnpublished', { publicationSid: 'of no known track' });
  free();
  expect(freed.sort()).toEqual([...OF_AGENT, ...OF_CALLER, 'room']);
});
