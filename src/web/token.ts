import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/schema.ts';
import type { Log } from '../observe/log.ts';
import { type AccessRules, requireAccess } from './access.ts';
import type { Clock } from './clock.ts';
import type { DispatchWatch } from './dispatch-watch.ts';
import { issueToken, type TokenAnswer, tokenRequest } from './issue.ts';
import { dispatchMetadata } from './mint.ts';
import { parseBody } from './parse.ts';
import type { Prompts } from './prompts.ts';

export interface TokenRouteOptions {
  config: Pick<Config, 'livekit' | 'agent' | 'web'>;
  access: AccessRules;
  prompts: Prompts;
  watch: DispatchWatch;
  clock: Clock;
  log: Log;
}

const PER_MINUTE = 30;
const BODY_LIMIT = 4096;

/**
 * `POST /api/token`: a short-lived token for one room, which also dispatches the agent there. A visitor may name a
 * room, also one that exists: this is how two people meet in one call. Whoever may mint can therefore join any
 * call whose room name is known, so the route is closed to everyone but holders of `WEB_TOKEN`.
 */
export function serveToken(app: FastifyInstance, options: TokenRouteOptions): void {
  const { config, access, prompts, watch, clock, log } = options;
  const limits = {
    bodyLimit: BODY_LIMIT,
    config: { rateLimit: { max: PER_MINUTE, timeWindow: '1 minute' } },
  };
  app.post('/api/token', limits, async (request): Promise<TokenAnswer> => {
    requireAccess(access, { remoteAddress: request.socket.remoteAddress, headers: request.headers });
    const body = parseBody(tokenRequest, request.body);
    const nowMs = clock.now();
    const answer = await issueToken(config, prompts, body, nowMs);
    watch.start(answer.room, { metadata: dispatchMetadata(body), untilMs: nowMs + config.web.tokenTtlMs });
    log.info({ pii_room: answer.room, prompt: body.prompt }, 'caller token issued');
    return answer;
  });
}
