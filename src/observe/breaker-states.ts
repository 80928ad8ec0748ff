import { Gauge, type OpenMetricsContentType, type Registry } from 'prom-client';

interface Endpoint {
  stage: string;
  host: string;
}

/** Whether requests go to each model endpoint, by the host process that sees it worst. */
export class BreakerStates {
  readonly #gauge: Gauge<keyof Endpoint>;
  /** By host process, of each endpoint; 0 closed, 1 half-open, 2 open. */
  readonly #seen = new Map<number, Map<string, number>>();
  readonly #known = new Map<string, Endpoint>();

  constructor(registers: Registry<OpenMetricsContentType>[]) {
    this.#gauge = new Gauge({
      name: 'voice_agent_breaker_state',
      help: 'Whether requests go to a model endpoint: 0 yes (closed), 1 to try it (half-open), 2 no (open); as the host process sees it in which it does worst',
      labelNames: ['stage', 'host'],
      registers,
    });
  }

  set({ stage, host }: Endpoint, openness: number, process = 0): void {
    const key = JSON.stringify([stage, host]);
    this.#known.set(key, { stage, host });
    const seen = this.#seen.get(process) ?? new Map<string, number>();
    this.#seen.set(process, seen.set(key, openness));
    this.#show(key);
  }

  /** A host process ended, and what it thought of endpoints with it. */
  forget(process: number): void {
    const keys = this.#seen.get(process)?.keys() ?? [];
    this.#seen.delete(process);
    for (const key of keys) this.#show(key);
  }

  #show(key: string): void {
    const all = [...this.#seen.values()].map((seen) => seen.get(key) ?? 0);
    this.#gauge.set(this.#known.get(key) ?? {}, Math.max(0, ...all));
  }
}
