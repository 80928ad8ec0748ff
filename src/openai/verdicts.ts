import { EndpointError } from '../errors.ts';
import type { Clock } from './clock.ts';
import type { RetryPolicy } from './retry.ts';
import type { Chosen } from './server-choice.ts';

/** Tells breakers how servers did, and of each change of theirs. */
export class Verdicts {
  readonly #clock: Clock;
  readonly #onRoute: RetryPolicy['onRoute'];

  constructor(clock: Clock, onRoute: RetryPolicy['onRoute']) {
    this.#clock = clock;
    this.#onRoute = onRoute;
  }

  succeeded(chosen: Chosen<unknown>): void {
    this.#judge(chosen, () => chosen.breaker.succeeded());
  }

  /** @param error - what it answered; missing: nothing in good time. */
  failed(chosen: Chosen<unknown>, error?: unknown): void {
    const isGone = error instanceof EndpointError && error.failure === 'connect';
    this.#judge(chosen, () => chosen.breaker.failed(this.#clock.now(), isGone));
  }

  /** It has never answered, and is late: its answer is waited for beside others'. */
  doubted(chosen: Chosen<unknown>): void {
    this.#judge(chosen, () => chosen.breaker.doubt(this.#clock.now()));
  }

  #judge({ breaker, host }: Chosen<unknown>, judge: () => void): void {
    const before = breaker.state(this.#clock.now());
    judge();
    const state = breaker.state(this.#clock.now());
    if (state !== before) this.#onRoute?.({ what: 'breaker', host, state });
  }
}

/** Where our own request is not fit, another server would refuse it too. */
const WRONG_SETTINGS = new Set([401, 403, 404, 405]);

/** Whether an error says something about the server rather than about the request. */
export function isServersFault(error: unknown): boolean {
  if (!(error instanceof EndpointError) || error.failure === 'aborted') return false;
  return error.failure !== 'status' || error.retryable || WRONG_SETTINGS.has(error.status ?? 0);
}
