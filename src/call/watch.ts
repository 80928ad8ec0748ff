import { voice } from '@livekit/agents';
import type { Limits } from './limits.ts';

const { AgentSessionEventTypes: Event } = voice;

/**
 * Silence counts only while neither side speaks and no answer is under way.
 *
 * @returns what says that a caller has come (back): the silence so far was not theirs.
 */
export function watchSilence(session: voice.AgentSession, limits: Limits): () => void {
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
  return () => {
    limits.heard();
    settle();
  };
}
