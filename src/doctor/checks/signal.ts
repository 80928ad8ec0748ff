import { RoomServiceClient } from 'livekit-server-sdk';
import { AppError, messageOf } from '../../errors.ts';
import { hideUrlSecrets } from '../../urls.ts';
import type { InsideCheck } from '../inside-context.ts';

const REQUEST_TIMEOUT_S = 10;

/** LiveKit answers at LIVEKIT_URL, and takes our key and secret. */
export const signal: InsideCheck = {
  id: 'signal',
  proves: 'LiveKit takes our key',
  async run({ config: { livekit } }) {
    const url = hideUrlSecrets(livekit.url);
    const options = { requestTimeout: REQUEST_TIMEOUT_S, failover: false };
    const rooms = new RoomServiceClient(livekit.url, livekit.apiKey, livekit.apiSecret, options);
    try {
      return `${url}, ${(await rooms.listRooms()).length} room(s)`;
    } catch (cause) {
      const isRefused =
        typeof cause === 'object' && cause !== null && 'status' in cause && cause.status === 401;
      throw new AppError(`${url}: ${isRefused ? 'the key or the secret is refused' : messageOf(cause)}`, {
        hint: isRefused
          ? 'LIVEKIT_API_KEY and LIVEKIT_API_SECRET must be a pair of the server’s `keys`'
          : 'check LIVEKIT_URL from this machine, and that the server runs',
        cause,
      });
    }
  },
};
