import {
  ConnectionQuality,
  DisconnectReason,
  type RemoteParticipant,
  type Room,
  RoomEvent,
} from '@livekit/rtc-node';
import { asCaller, type Caller, callersIn, isKnowable } from './caller.ts';
import type { CallScope } from './scope.ts';

/** A caller whose connection broke may come back; after this the slot is worth more. */
const RETURN_TIMEOUT_MS = 15_000;
/** A page that is loaded anew leaves the room, opens the microphone and joins again. One that was closed costs a slot so long. */
const RELOAD_TIMEOUT_MS = 10_000;

/** Of callers whose client tells the agent when they hang up, and may leave without (`web/mint.ts` sets it). */
export const RESUMABLE_ATTRIBUTE = 'voice-agent.resumable';

/** Reasons after which nobody comes back. A phone line that is gone does so by another call alone. */
const ON_PURPOSE: ReadonlySet<DisconnectReason | undefined> = new Set([
  DisconnectReason.CLIENT_INITIATED,
  DisconnectReason.PARTICIPANT_REMOVED,
  DisconnectReason.ROOM_DELETED,
  DisconnectReason.USER_REJECTED,
]);

export interface LinkEvents {
  /** Another caller is served from now on: somebody else than `before`, whose conversation is none of theirs. */
  onChange(caller: Caller, before: Caller): void;
  /** They are out of the room, and hear nothing. */
  onAway(): void;
  /** The same caller is in the room again. */
  onReturn(): void;
  /** Nobody is left: the last one left on purpose, or was lost and did not come back in time. */
  onGone(how: 'left' | 'lost', mayComeBack: boolean): void;
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
 * next one is. Tokens prove identities: who comes under another one is another caller.
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
  #isAway = false;
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
        if (identity !== this.caller.identity) return;
        this.#isAway = true;
        this.#events?.onAway();
        this.#left(disconnectReason);
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
    const before = this.caller;
    const wasAway = this.#isAway;
    this.#isAway = false;
    if (next.identity !== before.identity) {
      this.caller = asCaller(next);
      this.#events?.onChange(this.caller, before);
    } else if (wasAway) this.#events?.onReturn();
  }

  #left(reason: DisconnectReason | undefined): void {
    if (callersIn(this.#room).length > 0) this.#look();
    else {
      const mayReload = reason === DisconnectReason.CLIENT_INITIATED && isResumable(this.caller);
      if (mayReload) this.#await(RELOAD_TIMEOUT_MS, 'left');
      else if (ON_PURPOSE.has(reason)) this.#events?.onGone('left', false);
      else if (this.caller.via === 'sip') this.#events?.onGone('left', isKnowable(this.caller));
      else this.#await(RETURN_TIMEOUT_MS, 'lost');
    }
  }

  #await(timeoutMs: number, otherwise: 'left' | 'lost'): void {
    const giveUp = () => this.#events?.onGone(otherwise, true);
    this.#stopWaiting = this.#scope.clock.after(timeoutMs, giveUp);
  }
}

const isResumable = ({ attributes }: Caller): boolean => attributes[RESUMABLE_ATTRIBUTE] === 'true';
