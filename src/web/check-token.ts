import type { FastifyInstance } from 'fastify';
import { mintCheckToken, newCheckRoom } from '../config/check-room.ts';
import { PUBLIC_STUN_DOMAINS } from '../config/public-stun.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../openai/clock.ts';
import type { Gate } from './gate.ts';
import { iceHint, type TokenAnswer } from './issue.ts';
import { requireRight } from './permit.ts';

/** What participants of one check need to join a room of their own: no agent is dispatched there. */
export interface CheckAnswer extends Pick<TokenAnswer, 'url' | 'room' | 'expiresAt' | 'ice'> {
  participants: { identity: string; token: string }[];
  /** Domains of STUN servers on the internet, which a closed network does not reach. */
  publicStun: readonly string[];
}

export interface CheckRouteOptions {
  config: Pick<Config, 'livekit'>;
  gate: Gate;
  clock: Clock;
}

/** One that answers, and one for each way to LiveKit: direct, relayed over UDP, TCP and TLS; one to spare. */
const PARTICIPANTS = 6;
/** A check joins at once. */
const TOKEN_TTL_MS = 120_000;

/**
 * `POST /api/check`: tokens for a check of the connection, which exchanges media between its own participants. It is
 * counted as a call of its credential (`Gate.countCall`), and takes no call slot.
 */
export function serveCheck(
  app: FastifyInstance,
  { config: { livekit }, gate, clock }: CheckRouteOptions,
): void {
  app.post('/api/check', { bodyLimit: 1024 }, async (request): Promise<CheckAnswer> => {
    requireRight(await gate.admit(request), 'join');
    await gate.countCall(request);
    const room = newCheckRoom();
    const participants = Array.from({ length: PARTICIPANTS }, async (_, at) => {
      const identity = `check-${at + 1}`;
      const asked = { livekit, room, identity, ttlMs: TOKEN_TTL_MS, maxParticipants: PARTICIPANTS };
      return { identity, token: await mintCheckToken(asked) };
    });
    return {
      url: livekit.publicUrl,
      room,
      expiresAt: new Date(clock.now() + TOKEN_TTL_MS).toISOString(),
      ice: iceHint(livekit),
      participants: await Promise.all(participants),
      publicStun: PUBLIC_STUN_DOMAINS,
    };
  });
}
