import type { voice } from '@livekit/agents';

/**
 * Ends a session, whether it was started or not; also twice. `close` of agents 1.9.0 does nothing to a session that was
 * not started: its connection to the room (`room-io.ts`) would go on listening.
 */
export async function closeSession(session: voice.AgentSession): Promise<void> {
  await session.close();
  await session._roomIO?.close();
  session.removeAllListeners();
}
