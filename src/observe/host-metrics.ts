import { Counter, Gauge, Histogram, type OpenMetricsContentType, type Registry } from 'prom-client';

/** Cores: a call takes about a tenth of one. */
const CORE_BUCKETS = [0.02, 0.04, 0.06, 0.08, 0.1, 0.125, 0.15, 0.2, 0.3, 0.5, 1];
const MB = 2 ** 20;

/** What a host process costs. */
export interface HostUsage {
  /** Longest delay of its event loop of late. */
  readonly lagMs: number;
  /** Resident memory, 2^20 bytes. */
  readonly rssMb: number;
  /** CPU time since its start. */
  readonly cpuMs: number;
  /** Share of the time of late in which its event loop was busy, 0 to 1. */
  readonly busy: number;
}

/** One host process, as of its last answer. */
export interface HostFacts {
  /** 1 and up: a small number that its successor takes over. */
  readonly number: number;
  readonly calls: number;
  readonly isReady: boolean;
  /** The calls in it, by their job ids. */
  readonly jobs: readonly { readonly id: string; readonly ageMs: number }[];
  readonly usage: HostUsage;
}

/** What is counted of host processes and the calls in them. */
export function hostMetrics(register: Registry<OpenMetricsContentType>) {
  const registers = [register];
  return {
    callEnds: new Counter({
      name: 'voice_agent_call_ends_total',
      help: 'Jobs that are over, by host process and how: ok, failed by a fault of ours, lost with the process',
      labelNames: ['host', 'how'],
      registers,
    }),
    callCores: new Histogram({
      name: 'voice_agent_call_cpu_cores',
      help: 'CPU time of a call over its length: its share of the host process, in equal parts with the calls beside it',
      labelNames: ['host'],
      buckets: CORE_BUCKETS,
      registers,
    }),
    hostEnds: new Counter({
      name: 'voice_agent_host_ends_total',
      help: 'Host processes that ended, by why: crashed, hung, memory, not-ready, unfit, recycled, surplus, stopped',
      labelNames: ['end'],
      registers,
    }),
  };
}

/** What is read of each living host process when metrics are asked for. */
export function addHostGauges(
  register: Registry<OpenMetricsContentType>,
  hosts: () => readonly HostFacts[],
): void {
  const gauge = (name: string, help: string, read: (host: HostFacts) => number) =>
    new Gauge({
      name: `voice_agent_host_${name}`,
      help,
      labelNames: ['host'],
      registers: [register],
      collect() {
        this.reset();
        for (const host of hosts()) this.set({ host: host.number }, read(host));
      },
    });
  gauge('calls', 'Calls in a host process', ({ calls }) => calls);
  gauge('ready', '1 while a host process takes calls', ({ isReady }) => Number(isReady));
  gauge('memory_bytes', 'Resident memory of a host process', ({ usage }) => usage.rssMb * MB);
  gauge(
    'cpu_seconds',
    'CPU time that a host process has used since its start',
    ({ usage }) => usage.cpuMs / 1000,
  );
  gauge(
    'event_loop_lag_seconds',
    'Longest delay of its event loop of late',
    ({ usage }) => usage.lagMs / 1000,
  );
  gauge(
    'busy_ratio',
    'Share of the time of late in which its event loop was busy, or waited for a processor to be',
    ({ usage }) => usage.busy,
  );
}
