import { EndpointError } from '../errors.ts';
import { type Clock, systemClock } from './clock.ts';
import { RefusedError } from './fault.ts';

export interface RetryPolicy {
  deadlines: { attempts: number };
  signal?: AbortSignal | undefined;
  clock?: Clock | undefined;
  /** In [0, 1). */
  random?: (() => number) | undefined;
  /** Told before another try: why, and which number (from 1) has failed. */
  onRetry?: ((error: EndpointError, attempt: number) => void) | undefined;
}

const FIRST_DELAY_MS = 100;
// A caller is waiting: a server that wants more time than this is given up, so that a fallback gets its turn.
const LONGEST_DELAY_MS = 2000;

/**
 * Runs `run` until it succeeds, fails for good, or `attempts` are spent. Waits 50–100 % of 100, 200, 400 … ms
 * between two tries, or what `Retry-After` says up to 2 s; more than that ends the tries at once.
 */
export async function retrying<T>(policy: RetryPolicy, run: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run(attempt);
    } catch (error) {
      if (!(error instanceof EndpointError) || !error.retryable) throw error;
      if (attempt >= policy.deadlines.attempts) throw error;
      const delayMs = delayAfter(error, attempt, policy.random ?? Math.random);
      if (delayMs > LONGEST_DELAY_MS) throw error;
      policy.onRetry?.(error, attempt);
      await pause(delayMs, policy);
    }
  }
}

/** How long to wait before the next try after number `attempt` (from 1) failed. */
export function delayAfter(error: EndpointError, attempt: number, random: () => number): number {
  if (error instanceof RefusedError && error.retryAfterMs !== undefined) return error.retryAfterMs;
  const ceilingMs = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), LONGEST_DELAY_MS);
  return ceilingMs * (0.5 + random() / 2);
}

/** Ends early, without an error, when the caller aborts: the next try then fails as `aborted`. */
function pause(ms: number, { signal, clock = systemClock }: RetryPolicy): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stop();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const stop = clock.after(ms, done);
    signal?.addEventListener('abort', done);
    if (signal?.aborted) done();
  });
}
