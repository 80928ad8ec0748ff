import { EndpointError } from '../errors.ts';
import type { Clock } from './clock.ts';
import { MOST_AT_ONCE, MOST_HEDGED, PROBE_MS, type Try } from './one-try.ts';
import { OneWait } from './one-wait.ts';
import { RequestTimes } from './request-times.ts';
import type { Route, RouteOptions, RunOne, Settle } from './retry.ts';
import type { RetryBudget } from './retry-budget.ts';
import { delayAfter, LONGEST_DELAY_MS } from './retry-delay.ts';
import { type Candidate, processRoutes } from './route-memory.ts';
import { type Chosen, ServerChoice } from './server-choice.ts';
import { isServersFault, Verdicts } from './verdicts.ts';

/** The tries of one request (`route.ts`). */
export class Tries<S extends Candidate, T> {
  readonly #route: Route<S>;
  readonly #options: RouteOptions;
  readonly #run: RunOne<S, T>;
  readonly #settle: Settle<T>;
  readonly #clock: Clock;
  readonly #times: RequestTimes;
  readonly #budget: RetryBudget;
  readonly #choice: ServerChoice<S>;
  readonly #verdicts: Verdicts;
  /** Ends with the caller's abort: a try that starts then fails as `aborted`. */
  readonly #wait: OneWait;
  readonly #underWay = new Set<Try<S>>();
  #number = 0;
  /** Tries in all, without hedges and probes. */
  #made = 0;
  #hedges = 0;
  #isOver = false;
  /** After a failure. */
  #isPausing = false;

  constructor(route: Route<S>, options: RouteOptions, run: RunOne<S, T>, settle: Settle<T>) {
    this.#route = route;
    this.#options = options;
    this.#run = run;
    this.#settle = settle;
    const { routes = processRoutes, signal, onRoute } = options;
    this.#times = new RequestTimes(route, options);
    this.#clock = this.#times.clock;
    this.#budget = routes.budget(route.endpoint);
    this.#choice = new ServerChoice(route.endpoint, route.servers, routes);
    this.#verdicts = new Verdicts(this.#clock, onRoute);
    this.#wait = new OneWait(this.#clock, signal);
    if (route.avoid) this.#choice.avoid(route.avoid);
  }

  start(): void {
    const nowMs = this.#clock.now();
    const first = this.#choice.next(nowMs);
    if (!first) throw new RangeError(`${this.#route.endpoint}: no server to ask`);
    this.#times.begin(first.key);
    this.#budget.asked(nowMs);
    first.breaker.claimProbe(nowMs);
    const { lateAfterMs } = this.#launch(first, 'first');
    const probed = Number.isFinite(lateAfterMs) && this.#choice.claimProbe(first, nowMs);
    if (probed) this.#probe(probed);
  }

  #probe(chosen: Chosen<S>): void {
    this.#budget.spend();
    this.#endProbe(this.#launch(chosen, 'probe'));
  }

  #endProbe(one: Try<S>): void {
    one.stopTimer = this.#clock.after(PROBE_MS, () => {
      this.#underWay.delete(one);
      this.#verdicts.failed(one.chosen);
      one.cancel.abort();
    });
  }

  #launch(chosen: Chosen<S>, kind: Try<S>['kind']): Try<S> {
    if (kind === 'first' || kind === 'again') this.#made += 1;
    chosen.tried += 1;
    this.#number += 1;
    const cancel = new AbortController();
    const one: Try<S> = {
      ...{ number: this.#number, chosen, kind, cancel, startedMs: this.#clock.now() },
      lateAfterMs: this.#times.lateAfterMs(chosen.key, this.#choice.othersThan(chosen, this.#clock.now())),
      stopTimer() {},
    };
    this.#underWay.add(one);
    if (kind !== 'probe') this.#watch(one);
    const { signal } = this.#options;
    const own = signal ? AbortSignal.any([signal, cancel.signal]) : cancel.signal;
    this.#run(chosen.server, { deadlines: this.#times.deadlines, signal: own, kind }, one.number).then(
      (value) => this.#succeeded(one, value),
      (error) => this.#failed(one, error),
    );
    return one;
  }

  /** The next one is made when this one is late. */
  #watch(one: Try<S>): void {
    const { askAgainMs } = this.#times;
    if (this.#times.isHedged(one.lateAfterMs)) this.#wait.for(one.lateAfterMs, () => this.#late(one));
    else if (askAgainMs !== undefined) this.#wait.for(askAgainMs, () => this.#askAgain());
  }

  #late(one: Try<S>): void {
    const { askAgainMs } = this.#times;
    const next = this.#choice.next(this.#clock.now());
    if (next && this.#mayHedge(next) && this.#budget.take(this.#clock.now())) {
      this.#hedges += 1;
      this.#launch(next, 'hedge');
    } else if (askAgainMs !== undefined) this.#wait.for(askAgainMs - one.lateAfterMs, () => this.#askAgain());
  }

  /** Of a server of which nothing is known: it may be slow rather than hang. */
  #mayHedge(next: Chosen<S>): boolean {
    const isGuess = next.tried > 0 && !this.#times.hasAnswered(next.key);
    if (this.#options.signal?.aborted || this.#times.isUp || (isGuess && this.#hedges > 0)) return false;
    return this.#awaited.length < MOST_HEDGED;
  }

  /** The last resort. */
  #askAgain(): void {
    const next = this.#choice.next(this.#clock.now());
    if (!next || this.#options.signal?.aborted || !this.#mayTry(next)) return;
    const [oldest, ...others] = this.#awaited;
    if (others.length + 1 >= MOST_AT_ONCE) {
      if (!oldest || this.#hedges === 0) return;
      this.#drop(oldest);
    }
    this.#launch(next, 'again');
  }

  #succeeded(one: Try<S>, value: T): void {
    const tookMs = this.#clock.now() - one.startedMs;
    this.#underWay.delete(one);
    one.stopTimer();
    if (one.cancel.signal.aborted) return;
    if (!this.#isOver) {
      this.#end(one.chosen);
      if (one.kind === 'hedge') this.#tellHedge(one, 'used');
      this.#settle.resolve(value);
    } else one.cancel.abort();
    this.#verdicts.succeeded(one.chosen);
    this.#times.answered(one.chosen.key, tookMs);
  }

  #failed(one: Try<S>, error: unknown): void {
    this.#underWay.delete(one);
    one.stopTimer();
    if (one.cancel.signal.aborted) return;
    if (isServersFault(error)) this.#verdicts.failed(one.chosen, error);
    else one.chosen.breaker.releaseProbe();
    if (one.kind === 'hedge') this.#tellHedge(one, 'failed');
    if (this.#isOver) return;
    const goesOn = one.kind !== 'probe' && this.#goOn(one, error);
    if (!goesOn && !this.#isPausing && this.#awaited.length === 0) this.#giveUp(error);
  }

  /** @returns whether another try is made. */
  #goOn(one: Try<S>, error: unknown): boolean {
    if (!(error instanceof EndpointError) || error.failure === 'aborted') return false;
    one.chosen.isRefused = !error.retryable;
    const next = this.#choice.next(this.#clock.now());
    if (!next || !this.#mayTry(next)) return false;
    const isOther = next !== one.chosen;
    const isAtOnce = isOther && next.tried === 0;
    if (!isAtOnce && !this.#mayRepeat()) return false;
    const delayMs = isAtOnce ? 0 : delayAfter(error, this.#made, this.#options.random ?? Math.random);
    if (delayMs > LONGEST_DELAY_MS) return false;
    this.#options.onRetry?.(error, one.number);
    if (isOther) {
      const [from, to] = [one.chosen.host, next.host];
      this.#options.onRoute?.({
        what: 'failover',
        attempt: this.#number + 1,
        from,
        to,
        failure: error.failure,
      });
    }
    if (isAtOnce) this.#launch(next, 'again');
    else this.#pause(delayMs, next);
    return true;
  }

  #pause(ms: number, next: Chosen<S>): void {
    this.#isPausing = true;
    this.#wait.for(ms, () => {
      this.#isPausing = false;
      this.#launch(next, 'again');
    });
  }

  /** The first repetition is always made: a failure costs a server little, and the caller waits. */
  #mayRepeat(): boolean {
    if (this.#made > 1) return this.#budget.take(this.#clock.now());
    this.#budget.spend();
    return true;
  }

  #giveUp(error: unknown): void {
    this.#times.gaveUp();
    this.#end();
    this.#settle.reject(error);
  }

  /** A probe goes on until it is known whether its server works. */
  #end(answered?: Chosen<S>): void {
    this.#isOver = true;
    this.#wait.stop();
    for (const other of this.#awaited) {
      const isFirst = !other.chosen.breaker.hasAnswered && this.#isLate(other);
      if (answered && answered !== other.chosen && isFirst) this.#doubt(other);
      else this.#drop(other);
    }
  }

  /** Its first answer may only take longer: it is waited for, by nobody. */
  #doubt(one: Try<S>): void {
    if (one.kind === 'hedge') this.#tellHedge(one, 'dropped');
    one.kind = 'probe';
    this.#verdicts.doubted(one.chosen);
    this.#endProbe(one);
  }

  #isLate({ startedMs, lateAfterMs }: Try<S>): boolean {
    return this.#clock.now() - startedMs >= lateAfterMs;
  }

  #drop(one: Try<S>): void {
    this.#underWay.delete(one);
    if (this.#isLate(one)) this.#verdicts.failed(one.chosen);
    else one.chosen.breaker.releaseProbe();
    if (one.kind === 'hedge') this.#tellHedge(one, 'dropped');
    one.cancel.abort();
  }

  #tellHedge({ number, chosen }: Try<S>, outcome: 'used' | 'dropped' | 'failed'): void {
    this.#options.onRoute?.({ what: 'hedge', attempt: number, host: chosen.host, outcome });
  }

  /** Those whose answer the caller waits for, oldest first. */
  get #awaited(): Try<S>[] {
    return [...this.#underWay].filter(({ kind }) => kind !== 'probe');
  }

  #mayTry({ tried }: Chosen<S>): boolean {
    const { attempts } = this.#options.deadlines;
    return !this.#times.isUp && (this.#made < attempts || (attempts > 1 && tried === 0));
  }
}
