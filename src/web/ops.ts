import fastify, { type FastifyInstance } from 'fastify';
import { type Metrics, OPENMETRICS_CONTENT_TYPE } from '../observe/metrics.ts';
import { PLAIN_CONTENT_TYPE } from '../observe/plain-metrics.ts';
import type { WorkerStatus } from '../observe/status.ts';

/** Why this process should get no callers now; empty when it should. */
export type Unready = () => readonly string[];

export interface OpsParts {
  metrics: Metrics;
  unready: Unready;
  /** Of a worker. */
  status?: (() => WorkerStatus) | undefined;
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
 */
export function createOps({ metrics, unready, status }: OpsParts): FastifyInstance {
  const app = fastify({ logger: false });
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
  return app;
}
