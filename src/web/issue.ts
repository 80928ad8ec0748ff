import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Config } from '../config/schema.ts';
import { mintToken } from './mint.ts';
import { type Prompts, unknownPrompt } from './prompts.ts';

/** What a call's token is asked for with; everything has a default. */
export const tokenRequest = z.strictObject({
  room: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, '1 to 64 of A-Z a-z 0-9 _ -')
    .optional(),
  name: z.string().trim().min(1, 'at least one character').max(64, 'at most 64 characters').optional(),
  prompt: z.string().max(64, 'at most 64 characters').optional(),
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
  /** What the caller should know before they join. */
  notice?: string;
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
  { room, name, prompt }: z.output<typeof tokenRequest>,
  nowMs: number,
): Promise<TokenAnswer> {
  if (prompt !== undefined && !prompts.get(prompt)) throw unknownPrompt(prompt, prompts);
  const { livekit, agent, web } = config;
  const who = {
    room: room ?? `call-${randomBytes(9).toString('base64url')}`,
    identity: `web-${randomBytes(6).toString('hex')}`,
  };
  const token = await mintToken({
    livekit,
    agentName: agent.name,
    deployment: agent.deployment,
    ...who,
    name,
    prompt,
    ttlMs: web.tokenTtlMs,
  });
  const expiresAt = new Date(nowMs + web.tokenTtlMs).toISOString();
  return { url: livekit.publicUrl, token, ...who, expiresAt, ice: iceHint(livekit) };
}

/** LiveKit itself hands out the ICE servers at the join; what is added here is which candidates to use. */
function iceHint({ iceTransport }: Config['livekit']): TokenAnswer['ice'] {
  if (iceTransport === 'all') return { transport: 'all' };
  return {
    transport: 'relay',
    note: 'This server runs with RTC_ICE_TRANSPORT=relay, so only relayed paths are tried here too.',
  };
}
