import { RoomServiceClient } from 'livekit-server-sdk';
import type { Config } from '../config/schema.ts';

const REQUEST_TIMEOUT_S = 5;

/** Deletes a room of the check: whoever is there is put out. @throws when LiveKit does not do it. */
export async function endRoom({ url, apiKey, apiSecret }: Config['livekit'], room: string): Promise<void> {
  const options = { requestTimeout: REQUEST_TIMEOUT_S, failover: false };
  await new RoomServiceClient(url, apiKey, apiSecret, options).deleteRoom(room);
}
