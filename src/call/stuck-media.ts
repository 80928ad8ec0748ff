import { type Room, TrackKind } from '@livekit/rtc-node';
import { isActive } from '../framework/participant-state.ts';
import type { Clock } from '../openai/clock.ts';

const LOOK_EVERY_MS = 250;
/** Tracks are negotiated within a round trip or two, on a machine without a free processor within two seconds. */
const STUCK_AFTER_MS = 4000;

export interface MediaParts {
  room: Pick<Room, 'remoteParticipants'>;
  /** The caller's. */
  identity: string;
  /** Resolves when somebody hears the agent's track, which is published. */
  subscribed: Promise<unknown>;
  /** Its timers end with the call. */
  clock: Clock;
}

/**
 * Notices a call that no sound flows in, in either direction: the native client (0.12.80) joined a room, published, and its tracks were never
 * negotiated, in 1 of 400 calls of a soak (28 Nov 2026); LiveKit was never told of the agent's track. Only a new connection helps.
 *
 * @param onStuck - called once, when for 4 s the caller, connected, neither hears the agent nor is received, though they send.
 */
export function watchMedia({ room, identity, subscribed, clock }: MediaParts, onStuck: () => void): void {
  let isHeard = false;
  let stuckSinceMs: number | undefined;
  subscribed.then(() => {
    isHeard = true;
  });
  const look = () => {
    const sound = soundOf(room, identity);
    if (isHeard || sound === 'received') return;
    stuckSinceMs = sound === 'missing' ? (stuckSinceMs ?? clock.now()) : undefined;
    if (stuckSinceMs !== undefined && clock.now() - stuckSinceMs >= STUCK_AFTER_MS) onStuck();
    else clock.after(LOOK_EVERY_MS, look);
  };
  look();
}

function soundOf(room: MediaParts['room'], identity: string): 'none' | 'missing' | 'received' {
  const caller = room.remoteParticipants.get(identity);
  if (!caller || !isActive(caller)) return 'none';
  const tracks = [...caller.trackPublications.values()].filter(({ kind }) => kind === TrackKind.KIND_AUDIO);
  if (tracks.some(({ subscribed }) => subscribed)) return 'received';
  return tracks.length > 0 ? 'missing' : 'none';
}
