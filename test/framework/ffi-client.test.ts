import { AsyncLocalStorage } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import { Room } from '@livekit/rtc-node';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type FfiClient, openFfiClient } from '../../src/framework/ffi-client.ts';

const faults: unknown[] = [];
const panics: string[] = [];
let ffi: FfiClient;
let native: EventEmitter;

beforeAll(async () => {
  ffi = await openFfiClient({
    onFault: (error) => faults.push(error),
    onPanic: (message) => panics.push(message),
  });
  native = Reflect.get(globalThis, '_ffiClientInstance') as unknown as EventEmitter;
});
beforeEach(() => {
  native.removeAllListeners('ffi_event');
  faults.length = 0;
});

const tell = (kind: string, value: unknown = {}) =>
  native.emit('ffi_event', { message: { case: kind, value } });

/** A room as it is while connected; `taken` has what it was given. */
function joined(handle: bigint | undefined) {
  const room = new Room();
  const taken: string[] = [];
  const takes = ({ message }: { message: { case: string } }) => void taken.push(message.case);
  expect(Reflect.get(room, 'onFfiEvent'), 'rtc-node keeps the listener there').toBeTypeOf('function');
  Reflect.set(room, 'onFfiEvent', takes);
  const dispose = vi.fn();
  if (handle !== undefined) Reflect.set(room, 'ffiHandle', { handle, dispose });
  ffi.adopt(room);
  native.on('ffi_event', takes);
  return { room, taken, dispose };
}

test('what one listener throws is told, and those behind it are served', () => {
  const served: string[] = [];
  native.on('ffi_event', () => {
    throw new Error('of the first');
  });
  native.on('ffi_event', () => served.push('second'));
  tell('audioStreamEvent');
  expect(served).toEqual(['second']);
  expect(faults).toEqual([new Error('of the first')]);
});

test('a listener runs in the context of the call that registered it, and so does the report of its fault', async () => {
  const calls = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  for (const call of ['A', 'B']) {
    calls.run(call, () => native.on('ffi_event', () => seen.push(calls.getStore())));
  }
  calls.run('C', () => tell('connect'));
  expect(seen).toEqual(['A', 'B']);
});

test('a room is given events of its own and nothing else; one that is connecting, those of all rooms', () => {
  const [own, connecting] = [joined(1n), joined(undefined)];
  for (const kind of ['audioStreamEvent', 'captureAudioFrame', 'logs', 'connect']) tell(kind);
  tell('roomEvent', { roomHandle: 1n });
  tell('roomEvent', { roomHandle: 2n });
  tell('rpcMethodInvocation');
  expect(own.taken).toEqual(['roomEvent', 'rpcMethodInvocation']);
  expect(connecting.taken).toEqual(['roomEvent', 'roomEvent', 'rpcMethodInvocation']);
});

test('nothing is kept of a room that is over', () => {
  const { room, taken, dispose } = joined(1n);
  const native = { ffi_handle: { dispose }, trackPublications: new Map() };
  const track = { ffi_handle: { dispose } };
  native.trackPublications.set('TR_1', { ffiHandle: { dispose }, track });
  Reflect.set(room, 'localParticipant', native);
  room.remoteParticipants.set('caller', native as never);
  room.on('disconnected', () => {});
  ffi.forget(room);
  tell('roomEvent', { roomHandle: 1n });
  expect([taken, ffi.listenerCount(), room.listenerCount('disconnected')]).toEqual([[], 0, 0]);
  expect(
    dispose,
    'of the room, and of participant, publication and track on both sides',
  ).toHaveBeenCalledTimes(7);
});

test('what waits for one answer gets it, and is gone', async () => {
  const waiting = Reflect.get(native, 'waitFor').call(
    native,
    ({ message }: { message: { case: string } }) => message.case === 'disconnect',
  );
  tell('roomEvent', { roomHandle: 1n });
  tell('disconnect', { asyncId: 5n });
  expect(await waiting).toEqual({ asyncId: 5n });
  expect(ffi.listenerCount()).toBe(0);
});

test('a panic of the native code is told', () => {
  tell('panic', { message: 'index out of bounds' });
  expect(panics).toEqual(['index out of bounds']);
});
