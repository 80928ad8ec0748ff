import type { CallBoard, LiveCall } from './call-board.ts';
import type { EndpointBoard, EndpointState } from './endpoint-board.ts';
import type { HostFacts } from './host-metrics.ts';
import type { WorkerFacts } from './worker-metrics.ts';

export interface HostStatus {
  readonly number: number;
  readonly calls: number;
  readonly ready: boolean;
  readonly memoryMb: number;
  readonly cpuMs: number;
  /** Longest delay of its event loop of late. */
  readonly lagMs: number;
}

export interface CallStatus extends LiveCall {
  /** LiveKit's job id, as in the log. */
  readonly id: string;
  readonly host: number;
  readonly ageMs: number;
  /** Where a collector has its trace. */
  readonly traceId?: string;
}

/** A worker, as `GET /status` of its health port tells it. It holds no identity, name, number or room. */
export interface WorkerStatus {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly slots: number;
  readonly slotsUsed: number;
  /** Its calls keep the machine too busy for another one. */
  readonly overloaded: boolean;
  readonly registered: boolean;
  readonly draining: boolean;
  /** Why it should get no callers now; empty when it should. */
  readonly unready: readonly string[];
  readonly hosts: readonly HostStatus[];
  readonly calls: readonly CallStatus[];
  readonly endpoints: readonly EndpointState[];
}

export interface StatusParts {
  facts: WorkerFacts;
  unready(): readonly string[];
  calls: CallBoard;
  endpoints: EndpointBoard;
  /** Where calls are traced. */
  traceIdOf?: ((callId: string) => string) | undefined;
  /** Milliseconds since the epoch. */
  wallNow?: () => number;
}

export function statusOf({
  facts,
  unready,
  calls,
  endpoints,
  traceIdOf,
  wallNow = Date.now,
}: StatusParts): WorkerStatus {
  const hosts = facts.hosts?.() ?? [];
  const running = hosts.flatMap(({ number, jobs }) => jobs.map((job) => ({ ...job, host: number })));
  const live = calls.of(running.map(({ id }) => id));
  return {
    atMs: wallNow(),
    ...{ slots: facts.slots, slotsUsed: facts.slotsUsed(), overloaded: facts.isOverloaded?.() ?? false },
    ...{ registered: facts.isRegistered(), draining: facts.isDraining(), unready: unready() },
    hosts: hosts.map(hostStatus),
    calls: running.flatMap((job, at) => {
      const call = live[at];
      return call ? [{ ...job, ...call, ...(traceIdOf && { traceId: traceIdOf(job.id) }) }] : [];
    }),
    endpoints: endpoints.all(),
  };
}

function hostStatus({ number, calls, isReady, usage }: HostFacts): HostStatus {
  const { rssMb, cpuMs, lagMs } = usage;
  return { number, calls, ready: isReady, memoryMb: rssMb, cpuMs, lagMs };
}
