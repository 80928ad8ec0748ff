import { EndpointError } from '../errors.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Call } from './exchange.ts';
import { fault, RefusedError } from './fault.ts';
import { type Pace, type Patience, processPace } from './pace.ts';

export interface RetryPolicy {
  deadlines: { attempts: number };
  signal?: AbortSignal | undefined;
  clock?: Clock | undefined;
  /** In [0, 1). */
  random?: (() => number) | undefined;
  /** Told before another try: why, and which number (from 1) has failed, or is late. */
  onRetry?: ((error: EndpointError, attempt: number) => void) | undefined;
  /** Where it is kept how long endpoints take; one for the process unless given. */
  pace?: Pace | undefined;
}

const FIRST_DELAY_MS = 100;
// A caller is waiting: a server that wants more time than this is given up, so that a fallback gets its turn.
const LONGEST_DELAY_MS = 2000;
/** A late request and the one that was sent in its place: more would make a slow server slower still. */
const MOST_AT_ONCE = 2;

/**
 * Runs `run` until it succeeds, fails for good, or `attempts` are spent. Waits 50–100 % of 100, 200, 400 … ms after a
 * failure, or what `Retry-After` says up to 2 s; more than that ends the tries at once.
 *
 * A try that is late (`Pace`) is not given up: a second one is made beside it, and the first to succeed counts. The other
 * is aborted.
 *
 * @param run - makes one try of the call that it is given, number `attempt` (from 1).
 */
export function retrying<T>(call: RetriedCall, run: Run<T>): Promise<T> {
  return new Promise((resolve, reject) => new Tries(call, run, resolve, reject).start());
}

type RetriedCall = Call & RetryPolicy;
type Run<T> = (call: RetriedCall, attempt: number) => Promise<T>;

class Tries<T> {
  readonly #call: RetriedCall;
  readonly #run: Run<T>;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: unknown) => void;
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #patience: Patience;
  readonly #underWay = new Set<AbortController>();
  #made = 0;
  #isOver = false;
  #stopWaiting = () => {};

  constructor(call: RetriedCall, run: Run<T>, resolve: (value: T) => void, reject: (error: unknown) => void) {
    this.#call = call;
    this.#run = run;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#clock = call.clock ?? systemClock;
    this.#startedMs = this.#clock.now();
    this.#patience = this.#pace.patience(endpointOf(call), bytesOf(call), call.deadlines);
  }

  start(): void {
    const { deadlines, signal } = this.#call;
    const attempt = ++this.#made;
    const cancel = new AbortController();
    this.#underWay.add(cancel);
    const one = {
      ...this.#call,
      deadlines: { ...deadlines, firstByteTimeoutMs: Math.max(1, Math.ceil(this.#leftMs)) },
      signal: signal ? AbortSignal.any([signal, cancel.signal]) : cancel.signal,
    };
    const startedMs = this.#clock.now();
    const { askAgainMs } = this.#patience;
    if (askAgainMs !== undefined) this.#wait(askAgainMs, () => this.#late(attempt, askAgainMs));
    this.#run(one, attempt).then(
      (value) => this.#succeeded(value, cancel, this.#clock.now() - startedMs),
      (error) => this.#failed(error, cancel, attempt),
    );
  }

  #late(attempt: number, waitedMs: number): void {
    if (this.#call.signal?.aborted || this.#underWay.size >= MOST_AT_ONCE || !this.#mayStart) return;
    const error = fault(this.#call, 'first-byte', `no answer within ${Math.round(waitedMs)} ms, asked again`);
    this.#call.onRetry?.(error, attempt);
    this.start();
  }

  #succeeded(value: T, cancel: AbortController, tookMs: number): void {
    if (this.#isOver) return;
    this.#underWay.delete(cancel);
    this.#end();
    this.#pace.answered(endpointOf(this.#call), bytesOf(this.#call), tookMs);
    this.#resolve(value);
  }

  #failed(error: unknown, cancel: AbortController, attempt: number): void {
    this.#underWay.delete(cancel);
    if (this.#isOver) return;
    const delayMs = this.#delayMs(error, attempt);
    if (delayMs !== undefined && error instanceof EndpointError) {
      this.#call.onRetry?.(error, attempt);
      this.#wait(delayMs, () => this.start());
    } else if (this.#underWay.size === 0) this.#giveUp(error);
  }

  /** Before the next try; `undefined` where there is none. */
  #delayMs(error: unknown, attempt: number): number | undefined {
    if (!(error instanceof EndpointError) || !error.retryable || !this.#mayStart) return undefined;
    const delayMs = delayAfter(error, attempt, this.#call.random ?? Math.random);
    return delayMs > LONGEST_DELAY_MS ? undefined : delayMs;
  }

  #giveUp(error: unknown): void {
    if (this.#isTimeUp) this.#pace.unanswered(endpointOf(this.#call), this.#patience.giveUpMs);
    this.#end();
    this.#reject(error);
  }

  #end(): void {
    this.#isOver = true;
    this.#stopWaiting();
    for (const other of this.#underWay) other.abort();
  }

  /** One wait at a time. Ends with the caller's abort: a try that starts then fails as `aborted`. */
  #wait(ms: number, then: () => void): void {
    this.#stopWaiting();
    const { signal } = this.#call;
    const done = () => {
      this.#stopWaiting();
      then();
    };
    const stop = this.#clock.after(ms, done);
    this.#stopWaiting = () => {
      stop();
      signal?.removeEventListener('abort', done);
    };
    signal?.addEventListener('abort', done);
    if (signal?.aborted) done();
  }

  get #mayStart(): boolean {
    return this.#made < this.#call.deadlines.attempts && !this.#isTimeUp;
  }

  get #isTimeUp(): boolean {
    return this.#leftMs < FIRST_DELAY_MS;
  }

  get #leftMs(): number {
    return this.#patience.giveUpMs - (this.#clock.now() - this.#startedMs);
  }

  get #pace(): Pace {
    return this.#call.pace ?? processPace;
  }
}

/** What answers are compared by. */
function endpointOf({ endpoint, url, model = '' }: Call): string {
  return `${endpoint} ${url} ${model}`;
}

function bytesOf({ init }: Call): number {
  return init.body?.length ?? 0;
}

/** How long to wait before the next try after number `attempt` (from 1) failed. */
export function delayAfter(error: EndpointError, attempt: number, random: () => number): number {
  if (error instanceof RefusedError && error.retryAfterMs !== undefined) return error.retryAfterMs;
  const ceilingMs = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), LONGEST_DELAY_MS);
  return ceilingMs * (0.5 + random() / 2);
}
