import {
  ConnectionQuality,
  DisconnectReason,
  type RemoteParticipant,
  type Room,
  RoomEvent,
} from '@livekit/rtc-node';
import { asCaller, type Caller, callersIn } from './caller.ts';
import type { CallScope } from './scope.ts';

/** A caller whose connection broke may come back, also under a new identity; after this the slot is worth more. */
const RETURN_TIMEOUT_MS = 15_000;

/** Reasons after which nobody comes back. A phone line that is gone never does. */
const ON_PURPOSE: ReadonlySet<DisconnectReason | undefined> = new Set([
  DisconnectReason.CLIENT_INITIATED,
  DisconnectReason.PARTICIPANT_REMOVED,
  DisconnectReason.ROOM_DELETED,
  DisconnectReason.USER_REJECTED,
]);

export interface LinkEvents {
  /** Another caller is served from now on. */
  onChange(caller: Caller): void;
  /** Nobody is left: the last one left on purpose, or was lost and did not come back in time. */
  onGone(how: 'left' | 'lost'): void;
}

/** Whom the agent hears and answers. */
export interface CallerLink {
  readonly caller: Caller;
  /** Reports from now on, and what has happened since the link was made, until the call is over. */
  follow(events: LinkEvents): void;
}

/**
 * Of several callers in a room, the one who was there first is served; the others are not heard. When that one leaves,
 * or the server has lost their connection while they still stand in the room (a client that crashed does for 20 s), the
 * next one is: usually the same person under a new identity.
 */
export function linkCaller(room: Room, first: Caller, scope: CallScope): CallerLink {
  const lost = new Set<string>();
  let caller = first;
  let events: LinkEvents | undefined;
  let stopWaiting = () => {};

  const look = () => {
    const present = callersIn(room);
    const next = present.find(({ identity }) => !lost.has(identity)) ?? present[0];
    if (!next) return;
    stopWaiting();
    if (next.identity === caller.identity) return;
    caller = asCaller(next);
    events?.onChange(caller);
  };
  const onDisconnected = ({ identity, disconnectReason }: RemoteParticipant) => {
    lost.delete(identity);
    if (identity === caller.identity) leave(disconnectReason);
  };
  const leave = (reason: DisconnectReason | undefined) => {
    if (callersIn(room).length > 0) look();
    else if (caller.via === 'sip' || ON_PURPOSE.has(reason)) events?.onGone('left');
    else stopWaiting = scope.clock.after(RETURN_TIMEOUT_MS, () => events?.onGone('lost'));
  };
  const onQuality = (quality: ConnectionQuality, { identity }: { identity: string }) => {
    if (quality === ConnectionQuality.QUALITY_LOST) lost.add(identity);
    else lost.delete(identity);
    look();
  };
  return {
    get caller() {
      return caller;
    },
    follow(followed) {
      events = followed;
      scope.listen(room, RoomEvent.ParticipantConnected, look);
      scope.listen(room, RoomEvent.ParticipantDisconnected, onDisconnected);
      scope.listen(room, RoomEvent.ConnectionQualityChanged, onQuality);
      if (room.remoteParticipants.has(caller.identity)) look();
      else leave(undefined);
    },
  };
}
