import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { AccessToken, type VideoGrant } from 'livekit-server-sdk';
import { z } from 'zod';
import type { Config } from '../config/schema.ts';
import { codeOf, messageOf } from '../errors.ts';
import type { Log } from '../observe/log.ts';
import type { Clock } from '../openai/clock.ts';
import { type FindParts, findCall } from './find-call.ts';
import type { Gate } from './gate.ts';
import { iceHint, type TokenAnswer } from './issue.ts';
import type { LiveKitClients } from './livekit-clients.ts';
import { parseBody } from './parse.ts';
import { permittedCall, requireRight } from './permit.ts';

/** How long an operator may listen; then they are put out of the room, and ask again. */
export const LISTEN_MS = 10 * 60_000;

export interface ListenRouteOptions extends FindParts {
  config: Pick<Config, 'agent'>;
  gate: Gate;
  rooms: LiveKitClients['rooms'];
  clock: Clock;
  log: Log;
}

/** Joins one room unseen and hears all who are in it: nothing else. */
const listenerGrant = (room: string): VideoGrant => ({
  roomJoin: true,
  room,
  hidden: true,
  canSubscribe: true,
  canPublish: false,
  canPublishData: false,
  canUpdateOwnMetadata: false,
});

const request = z.strictObject({
  call: z.string({ error: 'the id of a call, as GET /api/workers has it' }).min(1).max(128),
});

/**
 * `POST /api/listen`: a token to listen to a running call, unseen by those in its room, for a credential with the right `operate`
 * that may use the call's room and prompt. It holds for ten minutes, after which the listener is put out: LiveKit asks for a token only
 * as somebody joins. The call is told first, and announces it where its prompt says so. One log line each.
 */
export function serveListening(app: FastifyInstance, options: ListenRouteOptions): void {
  const { config, gate, livekit, clock, log } = options;
  const ends = new Set<() => void>();
  app.addHook('onClose', async () => ends.forEach((cancel) => void cancel()));

  app.post('/api/listen', { bodyLimit: 1024 }, async (asked): Promise<Omit<TokenAnswer, 'resume'>> => {
    const credential = await gate.admit(asked);
    requireRight(credential, 'operate');
    const { call: callId } = parseBody(request, asked.body);
    await gate.countCall(asked);
    const call = await findCall(callId, options);
    const { room, prompt } = call;
    permittedCall(credential, { room, prompt }, config.agent.prompt);
    await call.listened();
    const identity = `listener-${randomBytes(6).toString('hex')}`;
    const token = new AccessToken(livekit.apiKey, livekit.apiSecret, { identity, ttl: LISTEN_MS / 1000 });
    token.addGrant(listenerGrant(room));
    const cancel = clock.after(LISTEN_MS, () => {
      ends.delete(cancel);
      void putOut(room, identity, options);
    });
    ends.add(cancel);
    log.info(
      { credential: credential.name, callId, prompt, listener: identity, pii_room: room },
      'operator listens to a call',
    );
    const expiresAt = new Date(clock.now() + LISTEN_MS).toISOString();
    return {
      url: livekit.publicUrl,
      token: await token.toJwt(),
      room,
      identity,
      expiresAt,
      ice: iceHint(livekit),
    };
  });
}

async function putOut(room: string, identity: string, { rooms, log }: ListenRouteOptions): Promise<void> {
  try {
    await rooms.removeParticipant(room, identity);
  } catch (error) {
    if (codeOf(error) !== 'not_found')
      log.warn({ listener: identity, error: messageOf(error) }, 'listener not put out of the room');
  }
}
