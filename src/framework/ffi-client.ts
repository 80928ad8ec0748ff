import { AsyncResource } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import { AudioSource, type Room } from '@livekit/rtc-node';
import { watchHandles } from './room-handles.ts';

/** What rtc-node's native side tells: `message.case` names the kind. */
interface FfiEvent {
  message: { case?: string; value?: unknown };
}
type Listener = (event: FfiEvent) => unknown;

const EVENT = 'ffi_event';
/** Of a process, as rtc-node keeps it. */
const CLIENT = '_ffiClientInstance';

export interface FfiClientWatch {
  /** A listener threw; called in its asynchronous context. */
  onFault(error: unknown): void;
  /** The native code panicked: rtc-node recommends to end the process. */
  onPanic(message: string): void;
}

/** The process's one client of rtc-node's native code. */
export interface FfiClient {
  /** To be called before `room.connect`: the room is then given no events but its own. */
  adopt(room: Room): void;
  /** To be called when the room was left: it is given no events any more, and frees what it holds of the native side. */
  forget(room: Room): void;
  /** Listeners there are. */
  listenerCount(): number;
}

/**
 * Creates the client, outside of any call, and delivers its events by itself. rtc-node 0.13.35 gives every event of the
 * process to every listener, one after the other, which does not do for many calls in one process:
 *
 * - All listeners ran in the asynchronous context in which the client was created, the first call's. Here each runs in the
 *   context in which it was registered.
 * - What one listener threw kept the event from those behind it. Here it is reported, and the others are served.
 * - Each room took a lock for every event of all rooms, audio frames included, and one that was connecting stored them. Here a
 *   room is given events of rooms (`roomEvent`, its own alone once it is connected) and calls of its methods.
 */
export async function openFfiClient({ onFault, onPanic }: FfiClientWatch): Promise<FfiClient> {
  await new AudioSource(24_000, 1, 0).close();
  const client = Reflect.get(globalThis, CLIENT) as EventEmitter;
  const contexts = new WeakMap<Listener, AsyncResource>();
  const rooms = new Map<Listener, Room>();
  const freeing = new WeakMap<Room, () => void>();
  client.on('newListener', (name: string, listener: Listener) => {
    if (name === EVENT) contexts.set(listener, new AsyncResource('FfiListener'));
  });
  const deliver = (listener: Listener, event: FfiEvent) => {
    try {
      listener(event);
    } catch (error) {
      onFault(error);
    }
  };
  const emitOther = client.emit.bind(client);
  client.emit = (name: string, ...values: unknown[]) => {
    if (name !== EVENT) return emitOther(name, ...values);
    const event = values[0] as FfiEvent;
    if (event.message.case === 'panic') onPanic(panicOf(event));
    for (const listener of client.listeners(EVENT) as Listener[]) {
      const room = rooms.get(listener);
      if (room && !concerns(room, event)) continue;
      const context = contexts.get(listener);
      if (context) context.runInAsyncScope(deliver, undefined, listener, event);
      else deliver(listener, event);
    }
    return true;
  };
  return {
    adopt(room) {
      rooms.set(listenerOf(room), room);
      freeing.set(room, watchHandles(room));
    },
    forget(room) {
      const listener = listenerOf(room);
      rooms.delete(listener);
      // rtc-node leaves it where the server ended the connection.
      client.off(EVENT, listener);
      room.removeAllListeners();
      freeing.get(room)?.();
    },
    listenerCount: () => client.listenerCount(EVENT),
  };
}

const listenerOf = (room: Room): Listener => Reflect.get(room, 'onFfiEvent') as Listener;

const ownHandleOf = (room: Room) => Reflect.get(room, 'ffiHandle') as { handle: bigint } | undefined;

function concerns(room: Room, { message }: FfiEvent): boolean {
  if (message.case === 'rpcMethodInvocation') return true;
  if (message.case !== 'roomEvent') return false;
  const own = ownHandleOf(room)?.handle;
  const { roomHandle } = message.value as { roomHandle?: bigint };
  return own === undefined || roomHandle === own;
}

const panicOf = ({ message }: FfiEvent) =>
  String((message.value as { message?: string } | undefined)?.message);
