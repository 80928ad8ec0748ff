import type { EndpointName } from '../errors.ts';
import { urlHost } from '../urls.ts';
import type { Breaker, BreakerState } from './breaker.ts';
import { type Candidate, keyOf, type RouteMemory } from './route-memory.ts';

/** A server, in the hands of one request. */
export interface Chosen<S> {
  readonly server: S;
  readonly key: string;
  readonly host: string;
  readonly breaker: Breaker;
  /** Tries of this request at it. */
  tried: number;
  /** It would fail the same way again. */
  isRefused: boolean;
}

const RANK: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 };

/** Whom to ask next, for one request. */
export class ServerChoice<S extends Candidate> {
  readonly #all: readonly Chosen<S>[];

  /** @param servers - in order of preference. */
  constructor(endpoint: EndpointName, servers: readonly S[], routes: RouteMemory) {
    this.#all = servers.map((server) => {
      const key = keyOf(endpoint, server);
      const breaker = routes.breaker(key);
      return { server, key, host: urlHost(server.baseUrl), breaker, tried: 0, isRefused: false };
    });
  }

  /** It broke an answer off just now: others come first. */
  avoid(server: Candidate): void {
    for (const one of this.#all) {
      if (one.server.baseUrl === server.baseUrl && one.server.model === server.model) one.tried += 1;
    }
  }

  /**
   * The first that works, one that was not tried for this request before one that was; where none works, the one that
   * failed least. `undefined`: each would fail the same way again.
   */
  next(nowMs: number): Chosen<S> | undefined {
    const ranked = this.#all
      .filter(({ isRefused }) => !isRefused)
      .map((one, index) => ({ one, rank: this.#rankOf(one, index, nowMs) }));
    return ranked.sort((a, b) => inOrder(a.rank, b.rank))[0]?.one;
  }

  /** One that is preferred to `chosen`, and may be tried whether it works again; it counts as being tried. */
  claimProbe(chosen: Chosen<S>, nowMs: number): Chosen<S> | undefined {
    const before = this.#all.slice(0, this.#all.indexOf(chosen));
    return before.find(({ breaker }) => breaker.claimProbe(nowMs));
  }

  /** Keys of the others that work. */
  othersThan(chosen: Chosen<S>, nowMs: number): string[] {
    const others = this.#all.filter((one) => one !== chosen && one.breaker.state(nowMs) === 'closed');
    return others.map(({ key }) => key);
  }

  #rankOf({ breaker, tried }: Chosen<S>, index: number, nowMs: number): readonly number[] {
    const state = breaker.state(nowMs);
    return [RANK[state], tried, state === 'open' ? breaker.failuresInARow : 0, index];
  }
}

function inOrder(a: readonly number[], b: readonly number[]): number {
  return a.map((value, at) => value - (b[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
