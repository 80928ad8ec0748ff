import { expect, test } from 'vitest';
import { createCallHooks } from '../../src/call/call-hooks.ts';
import { CallEvents } from '../../src/call/events.ts';
import { tellPage } from '../../src/call/page-events.ts';
import { EndpointError } from '../../src/errors.ts';
import { logInto } from '../helpers/call-log.ts';
import { FakeRoom } from '../helpers/fake-room.ts';

/** A room whose page is told of a call's events. */
function watched(showFaults: boolean) {
  const room = new FakeRoom();
  const events = new CallEvents({ callId: 'AJ_1', log: logInto([]) });
  events.subscribe(tellPage({ room: room.asRoom(), showFaults, log: logInto([]) }));
  return { room, events, hooks: createCallHooks((happening) => events.emit(happening)) };
}

const REFUSED = new EndpointError('answered 401: key sk-secret is unknown', {
  ...{ endpoint: 'tts', url: 'http://gpu-7.internal:8880/v1/audio/speech', failure: 'status', status: 401 },
  hint: 'Set TTS_API_KEY.',
});

test('participants are told which service failed, and nothing about where it stands or what to set', () => {
  const { room, hooks } = watched(false);
  hooks.onError(REFUSED);
  expect(room.sent).toEqual([
    { type: 'error', endpoint: 'tts', message: 'The speech service refused the request.' },
  ]);
});

test('the operator who is the caller is told where, and what to do', () => {
  const { room, hooks } = watched(true);
  hooks.onError(REFUSED);
  expect(room.sent).toEqual([
    {
      ...{ type: 'error', endpoint: 'tts', message: 'The speech service refused the request.' },
      detail: 'tts http://gpu-7.internal:8880/v1/audio/speech: status 401',
      hint: 'Set TTS_API_KEY.',
    },
  ]);
});

test('a turn without sound is told with its cause; the operator is told what to do', () => {
  const [callers, operators] = [watched(false), watched(true)];
  for (const { events } of [callers, operators]) {
    events.emit({ type: 'turn-without-sound', reason: 'empty' });
  }
  const told = { type: 'error', endpoint: 'llm', message: 'No answer could be given.', silent: 'empty' };
  expect(callers.room.sent).toEqual([told]);
  expect(operators.room.sent).toEqual([
    {
      ...told,
      detail: 'the model ended its answer without a word',
      hint: 'Check that the server has the chat template of this model.',
    },
  ]);
});

test('what was said is not repeated on the page’s channel, nor is anything of the call’s workings', () => {
  const { room, events } = watched(true);
  events.emit({ type: 'transcript', isFinal: true, piiText: 'my number is 5' });
  events.emit({ type: 'mark', mark: 'asked', attempt: 1 });
  events.emit({ type: 'agent-heard' });
  events.end({ reason: 'hang-up', ok: true });
  expect(room.sent).toEqual([]);
});

test('that a caller goes on with a turn is told, without what was said', () => {
  const { room, events } = watched(false);
  events.emit({ type: 'cut-off', sinceMs: 1000 });
  expect(room.sent).toEqual([{ type: 'turn-goes-on' }]);
});

test('a room that is gone has nobody to tell', () => {
  const { room, events } = watched(true);
  room.isConnected = false;
  events.emit({ type: 'ending', reason: 'hang-up' });
  expect(room.sent).toEqual([]);
});

test('an apology, and what has no sound, can be read where the agent’s words stand; a filler is not among them', () => {
  const { room, events } = watched(false);
  const cover = { type: 'cover-begins', by: 'words', isApology: false, piiText: 'One moment.' } as const;
  events.emit(cover);
  events.emit({ ...cover, by: 'tone', piiText: undefined });
  expect(room.written).toEqual([]);
  events.emit({ ...cover, by: 'tone' });
  events.emit({ ...cover, isApology: true, piiText: 'Sorry.' });
  expect(room.written).toEqual(['lk.transcription: One moment.', 'lk.transcription: Sorry.']);
});
