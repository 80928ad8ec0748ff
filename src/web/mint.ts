import { AccessToken, RoomAgentDispatch, RoomConfiguration } from 'livekit-server-sdk';
import { callerGrant } from '../config/caller-grant.ts';
import { CHECK_CALL } from '../config/check-call.ts';
import type { Config } from '../config/schema.ts';

/** Tells the agent that this caller may come back without having hung up, as after a reload (`call/link.ts` reads it). */
export const RESUMABLE_ATTRIBUTE = 'voice-agent.resumable';

/** What the dispatched agent is told about the call. */
export interface CallRequest {
  /** Prompt file; absent leaves the choice to the room's metadata, then to `PROMPT`. */
  prompt?: string | undefined;
  /** Values for the prompt's `{{variables}}`. */
  variables?: Readonly<Record<string, string>> | undefined;
  /** The caller is `check`. */
  check?: boolean | undefined;
}

export interface TokenRequest extends CallRequest {
  livekit: Pick<Config['livekit'], 'apiKey' | 'apiSecret'>;
  /** Agent to dispatch; empty when workers join every room by themselves. */
  agentName: string;
  /** Which of several workers of that name. */
  deployment?: string | undefined;
  room: string;
  identity: string;
  /** Shown to the others in the room. */
  name?: string | undefined;
  /** Of the participant, which it cannot change. */
  attributes?: Readonly<Record<string, string>> | undefined;
  /** How long the token can be used to join; a call that has started outlives it. */
  ttlMs: number;
}

/** Dispatch metadata as the worker reads it: JSON, or empty when nothing was asked for. */
export function dispatchMetadata({ prompt, variables, check }: CallRequest): string {
  const wanted = { ...(prompt && { prompt }), ...(variables && { variables }), ...(check && CHECK_CALL) };
  return Object.keys(wanted).length > 0 ? JSON.stringify(wanted) : '';
}

/**
 * A LiveKit token that can join one room, publish a microphone and data there, and listen: nothing else. Joining
 * with it creates the room, and the room dispatches the agent.
 */
export function mintToken(request: TokenRequest): Promise<string> {
  const { livekit, agentName, deployment = '', room, identity, name, attributes, ttlMs } = request;
  const token = new AccessToken(livekit.apiKey, livekit.apiSecret, {
    identity,
    ttl: Math.ceil(ttlMs / 1000), // the SDK counts in seconds
    ...(name && { name }),
    ...(attributes && { attributes }),
  });
  token.addGrant(callerGrant(room));
  if (agentName) {
    const agent = new RoomAgentDispatch({ agentName, deployment, metadata: dispatchMetadata(request) });
    token.roomConfig = new RoomConfiguration({ agents: [agent] });
  }
  return token.toJwt();
}
