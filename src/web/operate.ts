import type { FastifyInstance } from 'fastify';
import type { WorkerStatus } from '../observe/status.ts';
import { type AskedWorker, statusOfWorkers } from '../observe/workers.ts';
import type { Gate } from './gate.ts';
import { requireRight } from './permit.ts';

export interface OperateRouteOptions {
  gate: Gate;
  /** The worker of this process. */
  status?: (() => WorkerStatus) | undefined;
  /** Where all workers serve health and metrics; where it is not given, that of this process is shown. */
  workersUrl: string | undefined;
  ask?: typeof statusOfWorkers;
}

/**
 * `GET /api/workers`: what runs in all workers, for a credential with the right `operate`; one that does not answer is there with
 * why. Nothing in it says who calls, or what they say.
 */
export function serveOperate(
  app: FastifyInstance,
  { gate, status, workersUrl, ask = statusOfWorkers }: OperateRouteOptions,
): void {
  app.get('/api/workers', async (request): Promise<{ workers: AskedWorker[] }> => {
    requireRight(await gate.admit(request), 'operate');
    if (workersUrl) return { workers: await ask({ url: workersUrl }) };
    return { workers: status ? [{ at: 'this process', status: status() }] : [] };
  });
}
