import { voice } from '@livekit/agents';
import { RoomEvent } from '@livekit/rtc-node';
import type { Caller } from './caller.ts';
import type { CallHost } from './host.ts';
import type { Limits } from './limits.ts';

/** A caller whose connection broke may come back; after this the slot is worth more. */
const RETURN_TIMEOUT_MS = 15_000;

const { AgentSessionEventTypes: Event } = voice;

/** Silence counts only while neither side speaks and no answer is under way. */
export function watchSilence(session: voice.AgentSession, limits: Limits): void {
  let agentBusy = false;
  let callerBusy = false;
  const settle = () => (agentBusy || callerBusy ? limits.busy() : limits.quiet());
  session.on(Event.AgentStateChanged, ({ newState }) => {
    agentBusy = newState === 'speaking' || newState === 'thinking';
    settle();
  });
  session.on(Event.UserStateChanged, ({ newState }) => {
    callerBusy = newState === 'speaking';
    if (callerBusy) limits.heard();
    settle();
  });
  session.on(Event.ConversationItemAdded, ({ item }) => {
    if (item.type !== 'message' || item.role !== 'user') return;
    limits.heard();
    settle();
  });
}

/**
 * A caller who hung up ends the session by itself; one whose connection broke gets time to return.
 *
 * @returns what stops watching.
 */
export function watchCaller({ room }: CallHost, { identity }: Caller, onLost: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const onLeft = (participant: { identity: string }) => {
    if (participant.identity === identity) timer = setTimeout(onLost, RETURN_TIMEOUT_MS);
  };
  const onBack = (participant: { identity: string }) => {
    if (participant.identity === identity) clearTimeout(timer);
  };
  if (!room.remoteParticipants.has(identity)) onLeft({ identity });
  room.on(RoomEvent.ParticipantDisconnected, onLeft);
  room.on(RoomEvent.ParticipantConnected, onBack);
  return () => {
    clearTimeout(timer);
    room.off(RoomEvent.ParticipantDisconnected, onLeft);
    room.off(RoomEvent.ParticipantConnected, onBack);
  };
}
