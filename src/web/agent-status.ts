import type { Lines } from '../observe/lines.ts';
import type { AgentState, Progress } from './dispatch-machine.ts';

/** What a caller's page shows while it waits. */
export interface AgentStatus {
  state: AgentState;
  /** How often the agent was dispatched again. */
  attempts: number;
  message: string;
  hint?: string;
}

/** What is known of a wait. */
interface Waiting {
  progress: Progress;
  /** Why LiveKit's API could not be asked. */
  trouble: string | undefined;
  lines: Lines;
}

/** Says in words where the wait for an agent stands. */
export function describeStatus(
  { progress: { state, attempts, askAtMs }, trouble, lines }: Waiting,
  agentName: string,
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
            message: `${NOBODY[lines]}: ${attempts} requests for ${who} were not answered. Next try in ${nextS} s.`,
            hint: hintOf(lines, agentName),
          }
        : {
            state,
            attempts,
            message: 'No agent has joined by itself, and without a name none can be asked for.',
            hint: 'Check that a worker with an empty AGENT_NAME runs, or set AGENT_NAME for workers and page, so that it is asked for again.',
          };
  }
}

/** Why requests are not answered. */
const NOBODY: Record<Lines, string> = {
  none: 'No agent is running',
  free: 'A line is free, and no agent comes',
  busy: 'All lines are busy',
  unknown: 'All lines are busy, or no agent is running',
};

function hintOf(lines: Lines, agentName: string): string {
  if (lines === 'free')
    return `Workers answer at WORKERS_URL and are registered: check that they have AGENT_NAME=${agentName} and this LiveKit's LIVEKIT_URL.`;
  const free = lines === 'none' ? '' : ', and has a free call slot';
  return `Check that a worker with AGENT_NAME=${agentName} runs and is registered with this LiveKit${free}.`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
