import { ParticipantKind, type RemoteParticipant, type Room } from '@livekit/rtc-node';
import { isActive } from '../framework/participant-state.ts';
import { type Clock, systemClock } from '../openai/clock.ts';
import type { CallerLink } from './link.ts';

/** livekit-sip publishes here where a phone call stands: `dialing`, `ringing`, `automation`, `active`, `hangup`. */
const SIP_STATUS = 'sip.callStatus';

const LOOK_EVERY_MS = 20;
/** A client that does not listen, or a gateway that says nothing of its call, is spoken to all the same. */
const LISTENS_WITHIN_MS = 10_000;
/** As long as livekit-sip lets a phone ring by default. */
const PICKED_UP_WITHIN_MS = 180_000;
/**
 * The server tells that somebody hears the agent's track, not who. With others in the room it may have been one of
 * them, and the caller needs a negotiation of their own, one or two round trips.
 */
const OTHERS_FIRST_MS = 300;

export type LineState = 'open' | 'unanswered';

/** What is seen of the caller at one moment. */
export interface LineView {
  /** Since the agent began to wait. */
  waitedMs: number;
  /** Since somebody hears the agent's track; `undefined` while nobody does. */
  heardForMs: number | undefined;
  /** Somebody else is in the room who may hear it. */
  hasOthers: boolean;
  isPhone: boolean;
  sipStatus: string | undefined;
  isConnected: boolean;
}

/**
 * Whether the caller hears what the agent says. A phone does once it was picked up: livekit-sip answers when it
 * subscribes to the agent's track, and throws away what comes before `active`.
 */
export function lineState(view: LineView): LineState | 'waiting' {
  const { waitedMs, heardForMs, hasOthers, isPhone, sipStatus, isConnected } = view;
  if (isPhone && sipStatus === 'active') return 'open';
  if (isPhone && sipStatus !== undefined) return waitedMs < PICKED_UP_WITHIN_MS ? 'waiting' : 'unanswered';
  if (waitedMs >= LISTENS_WITHIN_MS) return 'open';
  if (isPhone || !isConnected || heardForMs === undefined) return 'waiting';
  return !hasOthers || heardForMs >= OTHERS_FIRST_MS ? 'open' : 'waiting';
}

/** The way from the agent's mouth to the caller's ear. */
export interface Line {
  /** Fulfilled once, also when the call ends before. */
  readonly opened: Promise<LineState | 'closed'>;
  /** The call is over: nobody needs to wait any more. */
  close(): void;
}

export interface LineParts {
  room: Room;
  link: CallerLink;
  /** Resolves when the first participant hears the agent's track. */
  subscribed: Promise<unknown>;
  clock?: Clock;
}

export function openLine({ room, link, subscribed, clock = systemClock }: LineParts): Line {
  const startedMs = clock.now();
  let heardMs: number | undefined;
  subscribed.then(() => {
    heardMs = clock.now();
  });
  let close = () => {};
  const opened = new Promise<LineState | 'closed'>((resolve) => {
    let stop = () => {};
    const look = () => {
      const caller = room.remoteParticipants.get(link.caller.identity);
      const now = clock.now();
      const state = lineState({
        waitedMs: now - startedMs,
        heardForMs: heardMs === undefined ? undefined : now - heardMs,
        hasOthers: room.remoteParticipants.size > 1,
        ...seenOf(caller),
      });
      if (state === 'waiting') stop = clock.after(LOOK_EVERY_MS, look);
      else resolve(state);
    };
    close = () => {
      stop();
      resolve('closed');
    };
    look();
  });
  return { opened, close };
}

function seenOf(caller: RemoteParticipant | undefined) {
  return {
    isPhone: caller?.kind === ParticipantKind.SIP,
    sipStatus: caller?.attributes[SIP_STATUS],
    isConnected: caller !== undefined && isActive(caller),
  };
}
