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
  return new RoomLink(room, first, scope);
}

class RoomLink implements CallerLink {
  readonly #room: Room;
  readonly #scope: CallScope;
  /** Identities whose connection the server has lost. */
  readonly #lost = new Set<string>();
  #events: LinkEvents | undefined;
  #stopWaiting = () => {};
  caller: Caller;

  constructor(room: Room, first: Caller, scope: CallScope) {
    this.#room = room;
    this.#scope = scope;
    this.caller = first;
  }

  follow(events: LinkEvents): void {
    const room = this.#room;
    this.#events = events;
    this.#scope.listen(room, RoomEvent.ParticipantConnected, () => this.#look());
    this.#scope.listen(
      room,
      RoomEvent.ParticipantDisconnected,
      ({ identity, disconnectReason }: RemoteParticipant) => {
        this.#lost.delete(identity);
        if (identity === this.caller.identity) this.#left(disconnectReason);
      },
    );
    this.#scope.listen(
      room,
      RoomEvent.ConnectionQualityChanged,
      (quality: ConnectionQuality, { identity }: { identity: string }) => {
        if (quality === ConnectionQuality.QUALITY_LOST) this.#lost.add(identity);
        else this.#lost.delete(identity);
        this.#look();
      },
    );
    if (room.remoteParticipants.has(this.caller.identity)) this.#look();
    else this.#left(undefined);
  }

  #look(): void {
    const present = callersIn(this.#room);
    const next = present.find(({ identity }) => !this.#lost.has(identity)) ?? present[0];
    if (!next) return;
    this.#stopWaiting();
    if (next.identity === this.caller.identity) return;
    this.caller = asCaller(next);
    this.#events?.onChange(this.caller);
  }

  #left(reason: DisconnectReason | undefined): void {
    if (callersIn(this.#room).length > 0) this.#look();
    else if (this.caller.via === 'sip' || ON_PURPOSE.has(reason)) this.#events?.onGone('left');
    else {
      const giveUp = () => this.#events?.onGone('lost');
      this.#stopWaiting = this.#scope.clock.after(RETURN_TIMEOUT_MS, giveUp);
    }
  }
}
