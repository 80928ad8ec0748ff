import { voice } from '@livekit/agents';

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
