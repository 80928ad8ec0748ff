import type { EndpointName } from '../errors.ts';
import { Breaker } from './breaker.ts';
import { Pace } from './pace.ts';
import { RetryBudget } from './retry-budget.ts';

/** What requests to model endpoints teach each other: how long answers take, who fails, how many more may be made. */
export class RouteMemory {
  readonly pace = new Pace();
  readonly #breakers = new Map<string, Breaker>();
  readonly #budgets = new Map<EndpointName, RetryBudget>();

  /** @param key - as `keyOf` makes it. */
  breaker(key: string): Breaker {
    return made(this.#breakers, key, () => new Breaker());
  }

  budget(endpoint: EndpointName): RetryBudget {
    return made(this.#budgets, endpoint, () => new RetryBudget());
  }
}

function made<K, V>(all: Map<K, V>, key: K, make: () => V): V {
  const known = all.get(key) ?? make();
  all.set(key, known);
  return known;
}

/** Of the requests of this process. */
export const processRoutes = new RouteMemory();

/** A server that can take a request. */
export interface Candidate {
  baseUrl: string;
  /** Another model at the same URL may be slower. */
  model?: string | undefined;
}

/** What endpoints are known by: stage, URL and model. */
export function keyOf(endpoint: EndpointName, { baseUrl, model = '' }: Candidate): string {
  return `${endpoint} ${baseUrl} ${model}`;
}
