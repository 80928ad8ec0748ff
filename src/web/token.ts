import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Config } from '../config/schema.ts';
import type { Log } from '../observe/log.ts';
import type { Clock } from '../openai/clock.ts';
import type { DispatchWatch } from './dispatch-watch.ts';
import type { Gate } from './gate.ts';
import { issueToken, joinRequest, type TokenAnswer, tokenRequest } from './issue.ts';
import { dispatchMetadata } from './mint.ts';
import { parseBody } from './parse.ts';
import { permittedCall, requireRight } from './permit.ts';
import type { Prompts } from './prompts.ts';

export interface TokenRouteOptions {
  config: Pick<Config, 'livekit' | 'agent' | 'web'>;
  gate: Gate;
  prompts: Prompts;
  watch: DispatchWatch;
  clock: Clock;
  log: Log;
  /** Whether every known call slot is taken. */
  areLinesBusy(): boolean;
}

const BODY_LIMIT = 4096;

/**
 * `POST /api/token` and `POST /api/room/join`: a short-lived token for one room, which also dispatches the agent
 * there. A room may exist: this is how two people meet in one call. Whoever may mint can therefore join any call whose
 * room name is known and allowed to the credential.
 */
export function serveToken(app: FastifyInstance, options: TokenRouteOptions): void {
  const limits = { bodyLimit: BODY_LIMIT };
  const answer = (type: typeof tokenRequest | typeof joinRequest) => (request: FastifyRequest) =>
    answerCaller(request, type, options);
  app.post('/api/token', limits, answer(tokenRequest));
  app.post('/api/room/join', limits, answer(joinRequest));
}

async function answerCaller(
  request: FastifyRequest,
  type: z.ZodType<z.output<typeof tokenRequest>>,
  { config, gate, prompts, watch, clock, log, areLinesBusy }: TokenRouteOptions,
): Promise<TokenAnswer> {
  const credential = await gate.admit(request);
  requireRight(credential, 'join');
  await gate.countCall(request);
  const call = permittedCall(credential, parseBody(type, request.body), config.agent.prompt);
  const nowMs = clock.now();
  const answer = await issueToken(config, prompts, call, nowMs);
  watch.start(answer.room, { metadata: dispatchMetadata(call), untilMs: nowMs + config.web.tokenTtlMs });
  log.info(
    { credential: credential.name, pii_room: answer.room, prompt: call.prompt },
    'caller token issued',
  );
  return areLinesBusy() ? { ...answer, notice: ALL_BUSY } : answer;
}

/** The token is of use all the same: the agent is asked for again once the caller is in the room. */
const ALL_BUSY = 'All lines are busy: join and wait, the agent comes as soon as a line is free.';
