import { voice } from '@livekit/agents';
import type { Limits } from './limits.ts';

const { AgentSessionEventTypes: Event } = voice;

/**
 * Tells whether the agent thinks or speaks. After an answer without sound the framework leaves it «thinking» for good
 * (`releaseAgentStateLease` in `voice/agent_activity.ts` of agents 1.9.0 waits for the end of its speaking).
 */
export function watchAgent(session: voice.AgentSession, onChange: (isBusy: boolean) => void): void {
  session.on(Event.AgentStateChanged, ({ newState }) =>
    onChange(newState === 'speaking' || newState === 'thinking'),
  );
  session.on(Event.SpeechCreated, ({ speechHandle }) => {
    speechHandle.addDoneCallback(({ interrupted }) => {
      if (!interrupted && session.agentState === 'thinking') onChange(false);
    });
  });
}

/**
 * Silence counts only while neither side speaks and no answer is under way.
 *
 * @returns what says that a caller has come (back): the silence so far was not theirs.
 */
export function watchSilence(session: voice.AgentSession, limits: Limits): () => void {
  let agentBusy = false;
  let callerBusy = false;
  const settle = () => (agentBusy || callerBusy ? limits.busy() : limits.quiet());
  watchAgent(session, (isBusy) => {
    agentBusy = isBusy;
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
