import type { LiveKit } from '../../src/dev/livekit.ts';
import { type Guest, joinAsCaller } from '../../src/probe/guest.ts';
import { mintToken } from '../../src/web/mint.ts';

export const AGENT_NAME = 'agent-under-test';
/** From the join to an agent that listens, on a busy machine. */
const AGENT_WITHIN_MS = 30_000;

export interface CallOptions {
  room?: string;
  identity?: string;
  prompt?: string;
  variables?: Record<string, string>;
}

export interface Callers {
  /** Joins with a token made elsewhere. */
  joinWith(token: string): Promise<Guest>;
  /** Joins a new room with a token that dispatches the agent. */
  join(options?: CallOptions): Promise<Guest>;
  /** The same, and waits until the agent listens or speaks. */
  call(options?: CallOptions): Promise<Guest>;
  /** What those present saw. */
  describe(): string;
  /** All leave. */
  leave(): Promise<void>;
}

export function createCallers(livekit: LiveKit): Callers {
  const guests: Guest[] = [];
  let calls = 0;
  const token = ({ room, identity, prompt, variables }: CallOptions) => {
    calls += 1;
    return mintToken({
      ...{ livekit, prompt, variables, agentName: AGENT_NAME, ttlMs: 600_000 },
      room: room ?? `room-${calls}`,
      identity: identity ?? `caller-${calls}`,
    });
  };
  const joinWith = async (made: string) => {
    const guest = await joinAsCaller({ url: livekit.url, token: made });
    guests.push(guest);
    return guest;
  };
  const join = async (options: CallOptions = {}) => joinWith(await token(options));
  return {
    ...{ joinWith, join },
    async call(options) {
      const guest = await join(options);
      const isReady = () => hasState(guest, 'listening', 'speaking');
      await guest.until('an agent that listens', isReady, AGENT_WITHIN_MS);
      return guest;
    },
    describe: () => guests.map((guest) => `${guest.identity} saw:\n${guest.describe()}`).join('\n'),
    async leave() {
      await Promise.all(guests.splice(0).map((guest) => guest.leave()));
    },
  };
}

/** Whether the agent was ever in one of these states. */
export const hasState = (guest: Guest, ...wanted: string[]): boolean =>
  guest.states.some(({ state }) => wanted.includes(state));
