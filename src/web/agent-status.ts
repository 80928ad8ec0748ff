import type { AgentState, Progress } from './dispatch-machine.ts';

/** What a caller's page shows while it waits. */
export interface AgentStatus {
  state: AgentState;
  /** How often the agent was dispatched again. */
  attempts: number;
  message: string;
  hint?: string;
}

/** Says in words where the wait for an agent stands. */
export function describeStatus(
  { state, attempts, askAtMs }: Progress,
  agentName: string,
  trouble: string | undefined,
  nowMs: number,
): AgentStatus {
  if (trouble) {
    return {
      state,
      attempts,
      message: `LiveKit's API does not answer: ${trouble}.`,
      hint: 'Check LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET of the server of this page.',
    };
  }
  const who = agentName ? `agent “${agentName}”` : 'an agent';
  const nextS = askAtMs === undefined ? 0 : Math.max(0, Math.ceil((askAtMs - nowMs) / 1000));
  switch (state) {
    case 'waiting-for-caller':
      return { state, attempts, message: 'Nobody has joined the room yet.' };
    case 'waiting':
      return { state, attempts, message: `Waiting for ${who} to join.` };
    case 'asking-again':
      return {
        state,
        attempts,
        message: `No answer yet: asked for ${who} again (${attempts}×). Next in ${nextS} s.`,
      };
    case 'busy':
      return {
        state,
        attempts,
        message: `All lines are busy. You are connected as soon as one is free; next try in ${nextS} s.`,
      };
    case 'joined':
      return { state, attempts, message: `${capitalized(who)} has joined.` };
    case 'unavailable':
      return agentName
        ? {
            state,
            attempts,
            message: `All lines are busy, or no agent is running: ${attempts} requests for ${who} were not answered. Next try in ${nextS} s.`,
            hint: `Check that a worker with AGENT_NAME=${agentName} runs, is registered with this LiveKit, and has a free call slot.`,
          }
        : {
            state,
            attempts,
            message: 'No agent has joined by itself, and without a name none can be asked for.',
            hint: 'Check that a worker with an empty AGENT_NAME runs, or set AGENT_NAME for workers and page, so that it is asked for again.',
          };
  }
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
