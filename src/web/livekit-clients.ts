import { AgentDispatchClient, RoomServiceClient } from 'livekit-server-sdk';
import type { Config } from '../config/schema.ts';

/** The part of LiveKit's API that is used here. */
export interface LiveKitClients {
  rooms: Pick<RoomServiceClient, 'listParticipants'>;
  dispatches: Pick<AgentDispatchClient, 'listDispatch' | 'createDispatch'>;
}

const REQUEST_TIMEOUT_S = 5;

/** Clients of the configured server. Never fails over to other hosts: calls stay on this one. */
export function createLiveKitClients(livekit: Config['livekit']): LiveKitClients {
  const options = { requestTimeout: REQUEST_TIMEOUT_S, failover: false };
  return {
    rooms: new RoomServiceClient(livekit.url, livekit.apiKey, livekit.apiSecret, options),
    dispatches: new AgentDispatchClient(livekit.url, livekit.apiKey, livekit.apiSecret, options),
  };
}
