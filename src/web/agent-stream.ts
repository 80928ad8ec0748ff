import { type Clock, pause } from '../openai/clock.ts';
import type { AgentStatus } from './agent-status.ts';

const LOOK_MS = 1000;
/** Proxies end connections that stay silent, nginx after 60 s. */
const QUIET_MS = 15_000;

/**
 * What a caller is told while an agent is awaited, as server-sent events: each status that differs from the one
 * before. It ends when the agent has joined, when the room is no longer watched, or when the server stops.
 */
export async function* agentEvents(
  status: () => AgentStatus | undefined,
  clock: Clock,
  stopped: AbortSignal,
): AsyncGenerator<string> {
  let told = '';
  let toldMs = clock.now();
  for (let now = status(); now && !stopped.aborted; now = status()) {
    const text = JSON.stringify(now);
    const isNews = text !== told;
    if (isNews || clock.now() - toldMs >= QUIET_MS) {
      yield isNews ? `data: ${text}\n\n` : ': no news\n\n';
      told = text;
      toldMs = clock.now();
    }
    if (now.state === 'joined') return;
    await pause(clock, LOOK_MS, stopped);
  }
}
