import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Config } from '../config/schema.ts';
import { mintToken, RESUMABLE_ATTRIBUTE } from './mint.ts';
import { type Prompts, unknownPrompt } from './prompts.ts';
import { makeResumeKey } from './resume-key.ts';

/** What a call's token is asked for with; everything has a default. */
export const tokenRequest = z.strictObject({
  room: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, '1 to 64 of A-Z a-z 0-9 _ -')
    .optional(),
  name: z.string().trim().min(1, 'at least one character').max(64, 'at most 64 characters').optional(),
  prompt: z.string().max(64, 'at most 64 characters').optional(),
  /** The caller's client can come back to this call, and tells the agent when it hangs up. */
  resumable: z.boolean().optional(),
  /** The caller is `check`: an agent comes, and the call is counted nowhere. */
  check: z.boolean().optional(),
  /** Of an earlier answer: comes back to that call. */
  resumeKey: z.string().max(1024, 'at most 1024 characters').optional(),
});

/** The same for a room that the caller names. */
export const joinRequest = tokenRequest.required({ room: true });

/** What a browser needs to join a call. */
export interface TokenAnswer {
  /** LiveKit as browsers reach it. */
  url: string;
  token: string;
  room: string;
  identity: string;
  /** ISO 8601; the token cannot be used to join after it. */
  expiresAt: string;
  ice: { transport: 'all' | 'relay'; note?: string };
  /** Where `resumable` was asked for. */
  resume?: {
    /** Gives this identity in this room again, and with it the conversation so far: as secret as the token. */
    key: string;
    /** For how long after a call broke off its conversation is kept. */
    withinMs: number;
  };
  /** What the caller should know before they join. */
  notice?: string;
}

/** Whom a token is for. */
export interface WantedToken {
  room?: string | undefined;
  name?: string | undefined;
  prompt?: string | undefined;
  /** Of a caller who comes back; absent makes a new one. */
  identity?: string | undefined;
  resumable?: boolean | undefined;
  check?: boolean | undefined;
}

/**
 * A token for one call, by the route and by `npm run token`. A room without a given name gets one that cannot be
 * guessed.
 *
 * @throws WebError 400 for a prompt that does not exist, listing those that do.
 */
export async function issueToken(
  config: Pick<Config, 'livekit' | 'agent' | 'web'>,
  prompts: Prompts,
  { room, name, prompt, identity, check, resumable = false }: WantedToken,
  nowMs: number,
): Promise<TokenAnswer> {
  if (prompt !== undefined && !prompts.get(prompt)) throw unknownPrompt(prompt, prompts);
  const { livekit, agent, web } = config;
  const who = {
    room: room ?? `call-${randomBytes(9).toString('base64url')}`,
    identity: identity ?? `web-${randomBytes(6).toString('hex')}`,
  };
  const token = await mintToken({
    livekit,
    agentName: agent.name,
    deployment: agent.deployment,
    ...who,
    name,
    prompt,
    check,
    ...(resumable && { attributes: { [RESUMABLE_ATTRIBUTE]: 'true' } }),
    ttlMs: web.tokenTtlMs,
  });
  const expiresAt = new Date(nowMs + web.tokenTtlMs).toISOString();
  const answer = { url: livekit.publicUrl, token, ...who, expiresAt, ice: iceHint(livekit) };
  if (!resumable) return answer;
  const withinMs = agent.resumeWithinMs;
  const untilMs = nowMs + web.tokenTtlMs + agent.maxCallMs + withinMs;
  return { ...answer, resume: { key: makeResumeKey(livekit.apiSecret, who, untilMs), withinMs } };
}

/** LiveKit itself hands out the ICE servers at the join; what is added here is which candidates to use. */
export function iceHint({ iceTransport }: Config['livekit']): TokenAnswer['ice'] {
  if (iceTransport === 'all') return { transport: 'all' };
  return {
    transport: 'relay',
    note: 'This server runs with RTC_ICE_TRANSPORT=relay, so only relayed paths are tried here too.',
  };
}
