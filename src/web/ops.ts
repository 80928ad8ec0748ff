import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { isLoopback } from '../config/rules.ts';
import type { Config } from '../config/schema.ts';
import { type Metrics, OPENMETRICS_CONTENT_TYPE } from '../observe/metrics.ts';
import { PLAIN_CONTENT_TYPE } from '../observe/plain-metrics.ts';
import type { WorkerStatus } from '../observe/status.ts';
import { bearerOf, namesLoopback } from './access.ts';
import type { OwnCalls } from './find-call.ts';
import { isPass } from './listener-pass.ts';

/** Why this process should get no callers now; empty when it should. */
export type Unready = () => readonly string[];

export interface OpsParts {
  metrics: Metrics;
  unready: Unready;
  /** Address that it is bound to. */
  host?: string;
  /** Of a worker. */
  status?: (() => WorkerStatus) | undefined;
  /** Its calls, and the key and secret that the page's server shows that it has. */
  listening?: { calls: OwnCalls; livekit: Config['livekit'] } | undefined;
}

/**
 * What a cluster asks of a process, on a port of its own that callers never see.
 *
 * | route | answer |
 * |---|---|
 * | `GET /healthz` | 200 while the process lives, draining too: restarting it would end its calls |
 * | `GET /readyz` | 200, or 503 with the reasons |
 * | `GET /metrics` | Prometheus text, or OpenMetrics with the ids of traces where it is asked for; a worker's holds those of all its calls |
 * | `GET /status` | of a worker: hosts, calls, endpoints, slots (`observe/status.ts`), nobody's name or number |
 * | `GET /calls/:id` | to the page's server alone: a call's room and prompt |
 * | `POST /calls/:id/listener` | the same, and the call is told that an operator listens from now on |
 */
export function createOps({ metrics, unready, status, listening, host = '' }: OpsParts): FastifyInstance {
  const app = fastify({ logger: false });
  if (isLoopback(host)) app.addHook('onRequest', refuseOtherNames);
  app.get('/healthz', async () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const reasons = unready();
    return reply.code(reasons.length === 0 ? 200 : 503).send({ ready: reasons.length === 0, reasons });
  });
  app.get('/metrics', async ({ headers: { accept } }, reply) =>
    accept?.includes('application/openmetrics-text')
      ? reply.type(OPENMETRICS_CONTENT_TYPE).send(await metrics.openMetrics())
      : reply.type(PLAIN_CONTENT_TYPE).send(await metrics.text()),
  );
  if (status) app.get('/status', async () => status());
  if (listening) serveOwnCalls(app, listening);
  return app;
}

/** A web site that re-points its name at 127.0.0.1 reaches this from a browser of this machine, and still sends its own name. */
async function refuseOtherNames({ headers }: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  if (namesLoopback(headers.host)) return undefined;
  return reply
    .code(403)
    .send({ problem: 'This address is asked by its own name alone: 127.0.0.1 or localhost.' });
}

function serveOwnCalls(app: FastifyInstance, { calls, livekit }: NonNullable<OpsParts['listening']>): void {
  type OfCall = { Params: { id: string } };
  const answer =
    (isBegin: boolean) =>
    async ({ params: { id }, headers }: FastifyRequest<OfCall>, reply: FastifyReply) => {
      if (!(await isPass(livekit, id, bearerOf(headers))))
        return reply.code(401).send({ problem: 'no pass' });
      const call = calls.find(id);
      if (!call || (isBegin && !calls.listened(id))) return reply.code(404).send({ problem: 'no such call' });
      return call;
    };
  app.get<OfCall>('/calls/:id', answer(false));
  app.post<OfCall>('/calls/:id/listener', answer(true));
}
