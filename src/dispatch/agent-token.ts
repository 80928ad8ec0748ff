import { AccessToken } from 'livekit-server-sdk';
import type { AssignedJob } from './host-messages.ts';

/** As long as LiveKit's own: a call outlives it. */
const VALID_FOR_S = 3600;

/**
 * A token for the agent of a job to join its room again. It says what livekit-server's says (`agent/token.go` of protocol
 * 1.51, for a worker that registers no permissions of its own), which is good for an hour from the job's assignment alone.
 *
 * livekit-server puts out a participant of the same identity that is still in the room, and ends the job, whose status
 * is then failed for good (`RemoveParticipant` in `rtc/room.go` of 1.13.3): the call goes on all the same.
 */
export function agentToken(
  { identity, roomName: room, agentName }: Pick<AssignedJob, 'identity' | 'roomName' | 'agentName'>,
  { apiKey, apiSecret }: { apiKey: string; apiSecret: string },
): Promise<string> {
  const attributes = { 'lk.agent_name': agentName };
  const token = new AccessToken(apiKey, apiSecret, { identity, attributes, ttl: VALID_FOR_S });
  token.kind = 'agent';
  const may = { canPublish: true, canSubscribe: true, canPublishData: true, canUpdateOwnMetadata: true };
  token.addGrant({ roomJoin: true, agent: true, room, ...may });
  return token.toJwt();
}
