import { join } from 'node:path';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import type { Config } from '../config/schema.ts';
import { AppError } from '../errors.ts';
import { askWorkers, type Lines } from '../observe/lines.ts';
import type { Log } from '../observe/log.ts';
import type { WorkerStatus } from '../observe/status.ts';
import { type Clock, systemClock } from '../openai/clock.ts';
import type { Dialler } from '../phone/outbound/dialler.ts';
import { hideUrlSecrets } from '../urls.ts';
import { serveCalls } from './calls.ts';
import { serveCheck } from './check-token.ts';
import type { Credentials } from './credentials.ts';
import { serveDial } from './dial.ts';
import { DispatchWatch } from './dispatch-watch.ts';
import { serveDownload } from './download.ts';
import type { OwnCalls } from './find-call.ts';
import { Gate } from './gate.ts';
import { cacheControl, securityHeaders } from './headers.ts';
import { serveListening } from './listen-in.ts';
import type { LiveKitClients } from './livekit-clients.ts';
import { serveOperate } from './operate.ts';
import { type Prompts, servePrompts } from './prompts.ts';
import { serveToken } from './token.ts';
import { serveVendor } from './vendor.ts';
import { WebError } from './web-error.ts';

export interface WebParts {
  config: Pick<Config, 'livekit' | 'agent' | 'web'>;
  personas: Prompts;
  livekit: LiveKitClients;
  /** Places calls; without it none are. */
  dialler?: Dialler | undefined;
  log: Log;
  clock?: Clock;
  /** Who may call. */
  credentials: Credentials;
  /** Without credentials, serve browsers of this machine. */
  openLocally: boolean;
  /** Whether the worker in this process can answer; not given where there is none. */
  lines?(): Promise<Lines>;
  /** Whether an agent of this process's worker is on its way to the room, or back to it. */
  isComing?(room: string): boolean;
  /** What runs in this process's worker. */
  status?: (() => WorkerStatus) | undefined;
  /** Its calls, for those who may listen to them. */
  ownCalls?: OwnCalls | undefined;
  /** Has the worker of this process tell each of its registrations with LiveKit. */
  whenRegistered?(listener: () => void): void;
}

/**
 * The test page, its token route and the watch over waiting callers. Built apart from listening: `main` listens,
 * tests `inject`. Closing it ends the watch.
 *
 * | route | answer |
 * |---|---|
 * | `GET /` | the page and its files |
 * | `GET /vendor/livekit-client.esm.mjs` | LiveKit's browser SDK |
 * | `GET /download/voice-agent-check.mjs` | `check --page` as a program of one file |
 * | `GET /api/config` | agent name, whether a credential is wanted |
 * | `GET /api/prompts` | prompts to choose from |
 * | `POST /api/token` | a token for one call |
 * | `POST /api/room/join` | the same for a room that is named |
 * | `POST /api/check` | tokens for the participants of a check of the connection |
 * | `POST /api/calls` | calls a number (credentials with the right `dial`) |
 * | `GET /api/workers` | what runs in all workers (credentials with the right `operate`); `/calls.html` shows it |
 * | `POST /api/listen` | a token to listen to one of them, unseen (the same right) |
 * | `GET /api/calls/:room/agent` | whether an agent has joined, once or as it changes |
 */
export function createWeb({
  config,
  personas,
  livekit,
  dialler,
  log,
  credentials,
  openLocally,
  isComing = () => false,
  whenRegistered = () => {},
  status,
  ownCalls,
  clock = systemClock,
  lines = linesElsewhere(config.web.workersUrl, clock),
}: WebParts): FastifyInstance {
  const { host, trustedProxies } = config.web;
  const app = fastify({ logger: false, trustProxy: trustedProxies.length > 0 && trustedProxies });
  const { name: agentName, deployment } = config.agent;
  const agent = { agentName, deployment, lines, isComing };
  const watch = new DispatchWatch({ clients: livekit, ...agent, log, clock });
  whenRegistered(() => watch.workerRegistered());
  app.addHook('onClose', async () => watch.stop());

  const headers = securityHeaders(config.livekit.publicUrl);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...headers, 'cache-control': cacheControl(request.url) });
  });
  answerErrors(app, log);

  app.register(async (api) => {
    await api.register(rateLimit, { global: false });
    const gate = new Gate(api, { host, credentials, openLocally }, log);
    api.get('/api/config', async (request) => ({
      agentName: config.agent.name,
      credential: gate.need(request),
      livekitUrl: hideUrlSecrets(config.livekit.publicUrl),
    }));
    servePrompts(api, { config, gate, prompts: personas });
    serveToken(api, { config, gate, prompts: personas, watch, livekit, clock, log, lines });
    serveCheck(api, { config, gate, clock });
    if (dialler) serveDial(api, { config, gate, prompts: personas, dialler, log });
    const { workersUrl } = config.web;
    serveOperate(api, { gate, status, workersUrl });
    const workers = workersUrl === undefined ? undefined : { url: workersUrl };
    const { rooms } = livekit;
    serveListening(api, { config, gate, livekit: config.livekit, own: ownCalls, workers, rooms, clock, log });
    serveCalls(api, { config, gate, watch, clock });
  });
  serveVendor(app);
  serveDownload(app);
  app.register(fastifyStatic, { root: join(import.meta.dirname, 'page'), cacheControl: false });
  return app;
}

/** Of workers in other processes, where the page knows them. */
const linesElsewhere = (url: string | undefined, clock: Clock) =>
  url === undefined ? async (): Promise<Lines> => 'unknown' : askWorkers({ url, clock });

/** Every error is `{error: {message, hint}}`. What was not meant for the client is logged and not sent. */
function answerErrors(app: FastifyInstance, log: Log): void {
  app.setNotFoundHandler((request, reply) => {
    const message = `There is nothing at ${request.method} ${request.url.split('?', 1)[0]}.`;
    return reply.code(404).send({ error: { message, hint: 'The page is at /.' } });
  });
  app.setErrorHandler<FastifyError | AppError>((error, _request, reply) => {
    const status = 'statusCode' in error && error.statusCode ? error.statusCode : 500;
    if (error instanceof AppError || status < 500) {
      const hint = error instanceof AppError ? error.hint : undefined;
      if (status === 401) reply.header('www-authenticate', 'Bearer');
      if (error instanceof WebError && error.retryAfterS) reply.header('retry-after', error.retryAfterS);
      return reply.code(status).send({ error: { message: error.message, hint } });
    }
    log.error({ err: error }, 'request failed');
    const hint = 'The log of this server says more.';
    return reply.code(500).send({ error: { message: 'The server failed on this request.', hint } });
  });
}
