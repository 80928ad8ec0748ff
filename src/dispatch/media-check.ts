import { RoomServiceClient } from 'livekit-server-sdk';
import {
  CHECK_ROOM_DEPARTED_S,
  CHECK_ROOM_EMPTY_S,
  mintCheckToken,
  newCheckRoom,
} from '../config/check-room.ts';
import { loadConfig } from '../config/load.ts';
import { proxyFor, routeNativeClient } from '../config/proxy.ts';
import type { Config } from '../config/schema.ts';
import { messageOf } from '../errors.ts';
import { goThroughProxies } from '../openai/proxied-fetch.ts';
import { joinAsCaller, NoMediaPath } from '../probe/guest.ts';
import { hideUrlSecrets } from '../urls.ts';
import type { MediaOutcome } from './media.ts';

/** Long enough to join; the room is deleted sooner. */
const TOKEN_TTL_MS = 60_000;
const REQUEST_TIMEOUT_S = 5;

/**
 * What `media.ts` runs as a process: makes a room, joins it as calls do, through the same native client and ICE, sends
 * from a microphone, leaves, deletes the room, and sends the outcome to its parent.
 */
async function joinWithMedia(config: Config): Promise<MediaOutcome> {
  const { url, apiKey, apiSecret, iceTransport } = config.livekit;
  const room = newCheckRoom();
  const options = { requestTimeout: REQUEST_TIMEOUT_S, failover: false };
  const rooms = new RoomServiceClient(url, apiKey, apiSecret, options);
  const asked = { livekit: config.livekit, room, identity: 'voice-agent-check', ttlMs: TOKEN_TTL_MS };
  try {
    const ends = { emptyTimeout: CHECK_ROOM_EMPTY_S, departureTimeout: CHECK_ROOM_DEPARTED_S };
    await rooms.createRoom({ name: room, ...ends });
    const guest = await joinAsCaller({ url, token: await mintCheckToken(asked), iceTransport });
    await guest.leave();
    return { ok: true };
  } catch (error) {
    const proxy = proxyFor(url, config.proxy);
    const way =
      proxy === undefined ? '' : `, through the proxy ${new URL(proxy).origin} (NO_PROXY exempts hosts)`;
    const failed = error instanceof NoMediaPath ? 'media' : 'signal';
    return { ok: false, failed, reason: hideUrlSecrets(`${reasonOf(error, url)}${way}`) };
  } finally {
    await rooms.deleteRoom(room).catch(() => {});
  }
}

/** Names LiveKit, as an error of the API does not, and what lies behind a bare «fetch failed». */
function reasonOf(error: unknown, url: string): string {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${messageOf(error.cause)}` : '';
  const reason = messageOf(error);
  return reason.includes(url) ? reason : `LiveKit at ${url}: ${reason}${cause}`;
}

process.once('disconnect', () => process.exit());
const config = loadConfig();
routeNativeClient(config);
goThroughProxies((url) => proxyFor(url, config.proxy));
process.send?.(await joinWithMedia(config));
