import { voice } from '@livekit/agents';

/** What `RoomIO` takes, without the session. */
export type RoomOptions = Omit<ConstructorParameters<typeof voice.RoomIO>[0], 'agentSession'>;

/**
 * Connects a session that is not started yet to a room: the participant's microphone in; transcriptions and state out.
 *
 * Made here because `session.start` of agents 1.9.0 opens, beside this connection, a channel for the framework's
 * developer tools (`SessionHost`), which sends the agent's instructions to all participants and cannot be turned off.
 * Where a session has a connection already, `start` makes neither.
 *
 * @param agent - the one that `session.start` is given next; the connection asks the session for its agent's model.
 */
export function connectToRoom(session: voice.AgentSession, agent: voice.Agent, options: RoomOptions): void {
  Reflect.set(session, 'agent', agent);
  session._roomIO = new voice.RoomIO({ agentSession: session, ...options });
  session._roomIO.start();
}

/** From now on the session listens to this participant; does nothing before `connectToRoom`. */
export function listenTo(session: voice.AgentSession, identity: string): void {
  session._roomIO?.setParticipant(identity);
}
