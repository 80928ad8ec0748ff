import { AgentDispatchClient, RoomServiceClient } from 'livekit-server-sdk';
import type { Config } from '../config/schema.ts';

/** The part of LiveKit's API that is used here. */
export interface LiveKitClients {
  rooms: Pick<RoomServiceClient, 'listParticipants' | 'listRooms' | 'removeParticipant'>;
  dispatches: Pick<AgentDispatchClient, 'listDispatch' | 'createDispatch'>;
}

const REQUEST_TIMEOUT_S = 5;

/** Clients of the configured server. They never fail over to other hosts: calls stay on this one. */
export function createLiveKitClients(livekit: Config['livekit']): LiveKitClients {
  const options = { requestTimeout: REQUEST_TIMEOUT_S, failover: false };
  return {
    rooms: new Rooms(livekit.url, livekit.apiKey, livekit.apiSecret, options),
    dispatches: new Dispatches(livekit.url, livekit.apiKey, livekit.apiSecret, options),
  };
}

/**
 * Every request gets a connection of its own. A kept one stays with the pod that it was made to while that drains, for
 * as long as its last call lasts, and the rooms of new callers are on another pod.
 */
const NOT_KEPT = { Connection: 'close' };

class Rooms extends RoomServiceClient {
  override async authHeader(...grants: Parameters<RoomServiceClient['authHeader']>) {
    return { ...(await super.authHeader(...grants)), ...NOT_KEPT };
  }
}

class Dispatches extends AgentDispatchClient {
  override async authHeader(...grants: Parameters<AgentDispatchClient['authHeader']>) {
    return { ...(await super.authHeader(...grants)), ...NOT_KEPT };
  }
}
