import type { EndpointName } from '../errors.ts';
import { urlHost } from '../urls.ts';
import { systemClock } from './clock.ts';
import type { Call } from './exchange.ts';
import type { RetryPolicy, Route, RouteOptions, RunOne } from './retry.ts';
import { type Candidate, processRoutes } from './route-memory.ts';
import { ServerChoice } from './server-choice.ts';
import { Tries } from './tries.ts';
import { isServersFault, Verdicts } from './verdicts.ts';

/**
 * Runs `run` until it succeeds, fails for good, or `attempts` are spent. Waits 50–100 % of 100, 200, 400 … ms after a
 * failure, or what `Retry-After` says up to 2 s; where another server works, that one is asked at once.
 *
 * A try that is late is not given up: by the time that answers take (`Pace`), but not before `deadlines.hedgeAfterMs`,
 * another one is made beside it, at the next server that works or at the same one, within a budget (`RetryBudget`). The
 * first to succeed counts, the others are aborted. Without `hedgeAfterMs`, or beyond the budget, that happens at the
 * deadlines.
 *
 * A server that failed or was late too often (`Breaker`) is left out; after a while one request is sent to it too, beside
 * the one that is waited for. Where none works, the one that failed least is asked.
 */
export function tryServers<S extends Candidate, T>(
  route: Route<S>,
  options: RouteOptions,
  run: RunOne<S, T>,
): Promise<T> {
  return new Promise((resolve, reject) => new Tries(route, options, run, { resolve, reject }).start());
}

type RetriedCall = Call & RetryPolicy;

/** The same for a call that only one server can take. */
export function retrying<T>(
  call: RetriedCall,
  run: (call: RetriedCall, attempt: number) => Promise<T>,
): Promise<T> {
  const { endpoint, url, model, init } = call;
  const servers = [{ baseUrl: url, model }];
  return tryServers({ endpoint, servers, bytes: init.body?.length ?? 0 }, call, (_, one, attempt) =>
    run({ ...call, ...one }, attempt),
  );
}

/** To be told when a server breaks an answer off that had begun. */
export function brokeOff(
  endpoint: EndpointName,
  server: Candidate,
  error: unknown,
  { routes = processRoutes, clock = systemClock, onRoute }: RetryPolicy,
): void {
  const chosen = new ServerChoice(endpoint, [server], routes).next(clock.now());
  if (chosen && isServersFault(error)) new Verdicts(clock, onRoute).failed(chosen, error);
}

/** To tell that another server goes on with an answer that one broke off. */
export function wentOn(from: Candidate, to: Candidate, { onRoute }: RetryPolicy): void {
  const [before, now] = [urlHost(from.baseUrl), urlHost(to.baseUrl)];
  if (before !== now) onRoute?.({ what: 'failover', attempt: 1, from: before, to: now, failure: 'stall' });
}
