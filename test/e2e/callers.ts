import type { LiveKit } from '../../src/dev/livekit.ts';
import { type Guest, joinAsCaller } from '../../src/probe/guest.ts';
import type { EchoWay } from '../../src/probe/loudspeaker.ts';
import { mintToken } from '../../src/web/mint.ts';

export const AGENT_NAME = 'agent-under-test';
/** The page's `WEB_TOKEN`. */
export const PAGE_TOKEN = 'credential-of-the-e2e-tests';
/** From the join to an agent that listens, on a busy machine. */
const AGENT_WITHIN_MS = 30_000;

export interface CallOptions {
  room?: string;
  identity?: string;
  /** Default: the stack's worker. */
  agentName?: string;
  prompt?: string;
  variables?: Record<string, string>;
  /** The caller's loudspeaker, which their microphone hears. */
  loudspeaker?: EchoWay;
}

/** What a browser asks the token route for. */
export interface PageRequest {
  room?: string;
  prompt?: string;
}

export interface Callers {
  /** Joins with a token made elsewhere. */
  joinWith(token: string, loudspeaker?: EchoWay): Promise<Guest>;
  /** Joins a new room with a token that dispatches the agent. */
  join(options?: CallOptions): Promise<Guest>;
  /** The same, and waits until the agent listens or speaks. */
  call(options?: CallOptions): Promise<Guest>;
  /** Joins with a token of the page's route, as a browser does, and waits for the agent. */
  callByPage(pageUrl: string, request?: PageRequest, accessToken?: string): Promise<Guest>;
  /** What those present saw. */
  describe(): string;
  /** All leave. */
  leave(): Promise<void>;
}

export function createCallers(livekit: Pick<LiveKit, 'url' | 'apiKey' | 'apiSecret'>): Callers {
  const guests: Guest[] = [];
  let calls = 0;
  const token = ({ room, identity, agentName = AGENT_NAME, prompt, variables }: CallOptions) => {
    calls += 1;
    return mintToken({
      ...{ livekit, agentName, prompt, variables, ttlMs: 600_000 },
      room: room ?? `room-${calls}`,
      identity: identity ?? `caller-${calls}`,
    });
  };
  const joinWith = async (made: string, loudspeaker?: EchoWay) => {
    const way = loudspeaker && { loudspeaker };
    const guest = await joinAsCaller({ url: livekit.url, token: made, ...way });
    guests.push(guest);
    return guest;
  };
  const join = async (options: CallOptions = {}) => joinWith(await token(options), options.loudspeaker);
  return {
    ...{ joinWith, join },
    call: async (options) => withAgent(await join(options)),
    callByPage: async (...asked) => withAgent(await joinWith((await askForToken(...asked)).token)),
    describe: () => guests.map((guest) => `${guest.identity} saw:\n${guest.describe()}`).join('\n'),
    async leave() {
      await Promise.all(guests.splice(0).map((guest) => guest.leave()));
    },
  };
}

async function withAgent(guest: Guest): Promise<Guest> {
  const isReady = () => hasState(guest, 'listening', 'speaking');
  await guest.until('an agent that listens', isReady, AGENT_WITHIN_MS);
  return guest;
}

/**
 * A call's token and room, from the page's token route.
 *
 * @param accessToken - what the page wants.
 */
export async function askForToken(
  pageUrl: string,
  request: PageRequest = {},
  accessToken = PAGE_TOKEN,
): Promise<{ token: string; room: string }> {
  const response = await fetch(`${pageUrl}/api/token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${accessToken}`,
    },
    body: JSON.stringify(request),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`the token route answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

/** Whether the agent was ever in one of these states. */
export const hasState = (guest: Guest, ...wanted: string[]): boolean =>
  guest.states.some(({ state }) => wanted.includes(state));
