import type { EndpointError, EndpointFailure, EndpointName } from '../errors.ts';
import type { BreakerState } from './breaker.ts';
import type { Clock } from './clock.ts';
import type { CallOptions } from './exchange.ts';
import type { Candidate, RouteMemory } from './route-memory.ts';

/** What became of requests to the servers of a stage, beyond the one that was asked first. `host`: with its port. */
export type RouteEvent =
  /** A request that was made beside one that was late: its answer was used, dropped for the other's, or failed. */
  | { what: 'hedge'; attempt: number; host: string; outcome: 'used' | 'dropped' | 'failed' }
  /** Asked another server, since one failed. */
  | { what: 'failover'; attempt: number; from: string; to: string; failure: EndpointFailure }
  /** Requests go to this server again, or no more. */
  | { what: 'breaker'; host: string; state: BreakerState };

export interface RetryPolicy {
  deadlines: { attempts: number; hedgeAfterMs?: number | undefined };
  signal?: AbortSignal | undefined;
  clock?: Clock | undefined;
  /** In [0, 1). */
  random?: (() => number) | undefined;
  /** Told before another try: why, and which number (from 1) has failed. */
  onRetry?: ((error: EndpointError, attempt: number) => void) | undefined;
  onRoute?: ((event: RouteEvent) => void) | undefined;
  /** Where it is kept how servers did; one for the process unless given. */
  routes?: RouteMemory | undefined;
}

/** Whom a request can go to. */
export interface Route<S extends Candidate> {
  endpoint: EndpointName;
  /** In order of preference, at least one. */
  servers: readonly S[];
  /** About how much is sent: seconds of audio, characters to speak, messages. More may take longer. */
  bytes: number;
  /** It broke an answer off just now: asked last. */
  avoid?: Candidate | undefined;
}

/** What a try has in place of what the whole request has. */
export type OneTry = Pick<CallOptions, 'signal' | 'deadlines' | 'kind'>;
/** Makes one try at `server`, number `attempt` (from 1): resolves when its answer has begun. */
export type RunOne<S, T> = (server: S, one: OneTry, attempt: number) => Promise<T>;
export type RouteOptions = Pick<CallOptions, 'deadlines'> & RetryPolicy;

export interface Settle<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}
