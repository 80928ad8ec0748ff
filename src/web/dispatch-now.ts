import type { LiveKitClients } from './livekit-clients.ts';
import { type AgentRef, RoomWatcher } from './room-sight.ts';

export interface DispatchRequest extends AgentRef {
  room: string;
  metadata: string;
}

/**
 * Asks for the agent in a room that exists already. LiveKit reads a token's room configuration, and the dispatch in it,
 * only when the join creates the room: whoever joins an open room with a fresh token would wait alone.
 *
 * @returns what was found: the join creates the room and dispatches; the agent is there; it was dispatched now.
 * @throws whatever LiveKit's API does.
 */
export async function dispatchIfRoomIsOpen(
  { rooms, dispatches }: LiveKitClients,
  { room, agentName, deployment, metadata }: DispatchRequest,
  nowMs: number,
): Promise<'at-join' | 'present' | 'dispatched'> {
  if (!agentName || (await rooms.listRooms([room])).length === 0) return 'at-join';
  const { sight } = await new RoomWatcher({ rooms, dispatches }, { agentName, deployment }).look(room, nowMs);
  if (sight.agent !== 'absent') return 'present';
  await dispatches.createDispatch(room, agentName, { metadata, deployment });
  return 'dispatched';
}
