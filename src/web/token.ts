import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Config } from '../config/schema.ts';
import { messageOf } from '../errors.ts';
import type { Lines } from '../observe/lines.ts';
import type { Log } from '../observe/log.ts';
import type { Clock } from '../openai/clock.ts';
import { dispatchIfRoomIsOpen } from './dispatch-now.ts';
import type { DispatchWatch } from './dispatch-watch.ts';
import type { Gate } from './gate.ts';
import { issueToken, joinRequest, type TokenAnswer, tokenRequest } from './issue.ts';
import type { LiveKitClients } from './livekit-clients.ts';
import { dispatchMetadata } from './mint.ts';
import { parseBody } from './parse.ts';
import { permittedCall, requireRight } from './permit.ts';
import type { Prompts } from './prompts.ts';
import { type Resumable, readResumeKey } from './resume-key.ts';

export interface TokenRouteOptions {
  config: Pick<Config, 'livekit' | 'agent' | 'web'>;
  gate: Gate;
  prompts: Prompts;
  watch: DispatchWatch;
  livekit: LiveKitClients;
  clock: Clock;
  log: Log;
  /** Whether somebody could answer. */
  lines(): Promise<Lines>;
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
  options: TokenRouteOptions,
): Promise<TokenAnswer> {
  const { config, gate, prompts, watch, clock, log, lines } = options;
  const credential = await gate.admit(request);
  requireRight(credential, 'join');
  const { resumeKey, ...asked } = parseBody(type, request.body);
  const nowMs = clock.now();
  const resumed =
    resumeKey === undefined
      ? undefined
      : readResumeKey(config.livekit.apiSecret, resumeKey, nowMs, asked.room);
  if (resumed) await gate.countReturn(request, resumed.identity);
  else await gate.countCall(request);
  const call = permittedCall(
    credential,
    { ...asked, room: resumed?.room ?? asked.room },
    config.agent.prompt,
  );
  const wanted = { ...call, ...(resumed && { identity: resumed.identity, resumable: true }) };
  const answer = await issueToken(config, prompts, wanted, nowMs);
  const metadata = dispatchMetadata(call);
  watch.start(answer.room, { metadata, untilMs: nowMs + config.web.tokenTtlMs });
  if (resumed) void dispatchForReturn(resumed, metadata, options);
  log.info(
    {
      credential: credential.name,
      pii_room: answer.room,
      prompt: call.prompt,
      isReturn: resumed !== undefined,
    },
    'caller token issued',
  );
  return (await lines()) === 'busy' ? { ...answer, notice: ALL_BUSY } : answer;
}

/** A caller who comes back may find the room open and its agent gone. The watch would see it seconds later. */
async function dispatchForReturn(
  { room }: Resumable,
  metadata: string,
  { config: { agent }, livekit, clock, log }: TokenRouteOptions,
): Promise<void> {
  const { name: agentName, deployment } = agent;
  await dispatchIfRoomIsOpen(livekit, { room, metadata, agentName, deployment }, clock.now()).catch((error) =>
    log.warn({ pii_room: room, error: messageOf(error) }, 'no agent asked for a caller who comes back'),
  );
}

/** The token is of use all the same: the agent is asked for again once the caller is in the room. */
const ALL_BUSY = 'All lines are busy: join and wait, the agent comes as soon as a line is free.';
