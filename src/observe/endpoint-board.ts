import type { CallFact } from './facts.ts';

/** Recent requests by which an endpoint is judged. */
const RECENT = 200;
/** A host or model that a setting names; more are a fault of ours. */
const MOST_ENDPOINTS = 50;

type RequestMade = Extract<CallFact, { fact: 'request-made' }>;
type BreakerChanged = Extract<CallFact, { fact: 'breaker-changed' }>;

/** A model endpoint, as the calls of this worker saw it of late. */
export interface EndpointState {
  readonly stage: string;
  /** With its port. */
  readonly host: string;
  readonly model: string;
  /** Whether requests go to it: as the host process sees it in which it does worst. */
  readonly breaker: 'closed' | 'half-open' | 'open';
  /** Of the last 200 requests. */
  readonly requests: number;
  readonly failed: number;
  /** Until the first byte of the answer. */
  readonly p50Ms?: number;
  readonly p95Ms?: number;
}

const BREAKERS = ['closed', 'half-open', 'open'] as const;

/** Keeps how endpoints did. */
export class EndpointBoard {
  readonly #recent = new Map<string, RequestMade[]>();
  /** By endpoint and host process. */
  readonly #openness = new Map<string, Map<number, number>>();

  take(fact: CallFact): void {
    if (fact.fact === 'request-made') this.#made(fact);
    else if (fact.fact === 'breaker-changed') this.#changed(fact);
    else if (fact.fact === 'host-ended')
      for (const processes of this.#openness.values()) processes.delete(fact.process);
  }

  all(): EndpointState[] {
    return [...this.#recent.values()].map((recent) => this.#stateOf(recent));
  }

  #made(fact: RequestMade): void {
    const key = JSON.stringify([fact.stage, fact.host, fact.model]);
    const recent = this.#recent.get(key) ?? [];
    if (recent.length === 0 && this.#recent.size >= MOST_ENDPOINTS) return;
    recent.push(fact);
    if (recent.length > RECENT) recent.shift();
    this.#recent.set(key, recent);
  }

  #changed({ stage, host, openness, process = 0 }: BreakerChanged): void {
    const key = JSON.stringify([stage, host]);
    const processes = this.#openness.get(key) ?? new Map<number, number>();
    this.#openness.set(key, processes.set(process, openness));
  }

  #stateOf(recent: readonly RequestMade[]): EndpointState {
    const { stage = '', host = '', model = '' } = recent[0] ?? {};
    const processes = this.#openness.get(JSON.stringify([stage, host]))?.values() ?? [];
    const times = recent.flatMap(({ firstByteMs }) => firstByteMs ?? []).sort((a, b) => a - b);
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
    const [p50Ms, p95Ms] = [at(0.5), at(0.95)];
    return {
      ...{ stage, host, model },
      breaker: BREAKERS[Math.max(0, ...processes) as 0 | 1 | 2],
      ...{ requests: recent.length, failed: recent.filter(({ outcome }) => outcome === 'failed').length },
      ...(p50Ms !== undefined && p95Ms !== undefined && { p50Ms, p95Ms }),
    };
  }
}
