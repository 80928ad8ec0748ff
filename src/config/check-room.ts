import { randomBytes } from 'node:crypto';
import { AccessToken, type RoomAgentDispatch, RoomConfiguration } from 'livekit-server-sdk';
import { callerGrant } from './caller-grant.ts';

/**
 * Rooms whose names begin so are for checks of the connection: workers refuse jobs for them, so a check takes no call
 * slot and is counted nowhere as a call.
 */
export const CHECK_ROOM_PREFIX = 'voice-agent-check-';

/** A name that no other check has. */
export const newCheckRoom = (): string => `${CHECK_ROOM_PREFIX}${randomBytes(9).toString('base64url')}`;

/** How long a room of a check is there without anybody, and after its last: deleting it is sooner. */
export const CHECK_ROOM_EMPTY_S = 30;
export const CHECK_ROOM_DEPARTED_S = 1;

export interface CheckTokenRequest {
  livekit: { apiKey: string; apiSecret: string };
  room: string;
  identity: string;
  /** To join within. */
  ttlMs: number;
  maxParticipants?: number;
  agents?: RoomAgentDispatch[];
}

/** Lets a participant of a check do what a caller may, in a room that ends when the check does. */
export function mintCheckToken(request: CheckTokenRequest): Promise<string> {
  const { livekit, room, identity, ttlMs, maxParticipants, agents } = request;
  const token = new AccessToken(livekit.apiKey, livekit.apiSecret, { identity, ttl: ttlMs / 1000 });
  token.addGrant(callerGrant(room));
  token.roomConfig = new RoomConfiguration({
    emptyTimeout: CHECK_ROOM_EMPTY_S,
    departureTimeout: CHECK_ROOM_DEPARTED_S,
    ...(maxParticipants !== undefined && { maxParticipants }),
    ...(agents && { agents }),
  });
  return token.toJwt();
}
