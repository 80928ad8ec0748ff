import { randomBytes } from 'node:crypto';
import { AccessToken, RoomConfiguration, RoomServiceClient, TrackSource } from 'livekit-server-sdk';
import { CHECK_ROOM_PREFIX } from '../../config/check-room.ts';
import type { Config } from '../../config/schema.ts';
import type { InsideCheck } from '../inside-context.ts';
import { belowUrl } from '../signalling.ts';
import { CLOCKS, refusal, seconds, skewOf } from './token-refusal.ts';

const TOKEN_TTL_MS = 300_000;
/** How long the room is there without anybody: deleting it is sooner. */
const EMPTY_S = 30;
/** Worth a word: callers' tokens may end sooner than they should. */
const NOTABLE_SKEW_MS = 10_000;
const REQUEST_TIMEOUT_S = 5;

/** LiveKit takes a token that is made with our key and secret. */
export const signalToken: InsideCheck = {
  id: 'signal-token',
  proves: 'LiveKit takes our token',
  needs: ['signal-ws'],
  async run({ config, seen, signal, fetch, atEnd }) {
    const { livekit } = config;
    const room = `${CHECK_ROOM_PREFIX}${randomBytes(9).toString('base64url')}`;
    const token = await tokenFor(livekit, room);
    const response = await fetch(belowUrl(livekit.url, '/rtc/validate', 'http'), {
      ...{ signal, headers: { authorization: `Bearer ${token}` } },
    });
    const skewMs = skewOf(response);
    const text = await response.text();
    if (!response.ok) return refusal({ status: response.status, text, skewMs });
    seen.token = token;
    atEnd(() => endRoom(livekit, room));
    const evidence = `LiveKit takes it${skewMs === undefined ? '' : `; its clock differs by ${seconds(skewMs)}`}`;
    if (skewMs === undefined || Math.abs(skewMs) < NOTABLE_SKEW_MS) return evidence;
    return { verdict: 'warn', evidence, fix: CLOCKS };
  },
};

/** For a participant of the check; no agent goes to a room of this name. */
async function tokenFor({ apiKey, apiSecret }: Config['livekit'], room: string): Promise<string> {
  const token = new AccessToken(apiKey, apiSecret, { identity: 'check', ttl: TOKEN_TTL_MS / 1000 });
  token.addGrant({
    ...{ roomJoin: true, room, canPublish: true, canSubscribe: true, canPublishData: true },
    canPublishSources: [TrackSource.MICROPHONE],
  });
  token.roomConfig = new RoomConfiguration({ emptyTimeout: EMPTY_S, departureTimeout: 1 });
  return token.toJwt();
}

async function endRoom({ url, apiKey, apiSecret }: Config['livekit'], room: string): Promise<void> {
  const options = { requestTimeout: REQUEST_TIMEOUT_S, failover: false };
  await new RoomServiceClient(url, apiKey, apiSecret, options).deleteRoom(room);
}
