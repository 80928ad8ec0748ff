import type { FastifyInstance } from 'fastify';
import { TokenVerifier } from 'livekit-server-sdk';
import type { Config } from '../config/schema.ts';
import { bearerOf } from './access.ts';
import type { AgentStatus } from './agent-status.ts';
import type { DispatchWatch } from './dispatch-watch.ts';
import { WebError } from './web-error.ts';

/**
 * `GET /api/calls/:room/agent`: whether an agent has joined and what is done about it. The caller's own LiveKit
 * token is the credential, for its own room only. It is taken for the length of a call after it expired, as it
 * opens nothing else here, and callers stay longer than the time they have to join.
 */
export function serveCalls(
  app: FastifyInstance,
  config: Pick<Config, 'livekit' | 'agent'>,
  watch: DispatchWatch,
): void {
  const { livekit, agent } = config;
  const verifier = new TokenVerifier(livekit.apiKey, livekit.apiSecret);
  const toleranceS = Math.ceil(agent.maxCallMs / 1000);

  const roomOf = async (token: string | undefined): Promise<string | undefined> => {
    if (!token) return undefined;
    const claims = await verifier.verify(token, toleranceS).catch(() => undefined);
    return claims?.video?.roomJoin ? claims.video.room : undefined;
  };

  app.get<{ Params: { room: string } }>('/api/calls/:room/agent', async (request): Promise<AgentStatus> => {
    const { room } = request.params;
    if ((await roomOf(bearerOf(request.headers))) !== room) {
      throw new WebError(401, 'This needs the LiveKit token of a caller in that room.', {
        hint: 'Send the token from POST /api/token as `Authorization: Bearer …`.',
      });
    }
    const status = watch.status(room);
    if (status) return status;
    throw new WebError(404, 'This room is not watched (any more).', {
      hint: 'The server restarted since the token was made, or the token expired unused: ask for a new one.',
    });
  });
}
