import { AppError, messageOf } from '../errors.ts';
import type { Log } from '../observe/log.ts';
import { type Clock, pause, systemClock } from '../openai/clock.ts';

/** How a call ended. */
export interface CallEnd {
  /** As log and metrics have it. */
  readonly reason: string;
  /** `false`: it could not start, or a fault of our own ended it. */
  readonly ok: boolean;
  /** Nobody wished it: what was said is kept for the caller to come back to. */
  readonly mayComeBack?: boolean;
}

/** Why a call ended in which our own code threw. */
export const FAULT = 'internal error';

/** What is waited for when nothing else is said. */
const CLEANUP_TIMEOUT_MS = 2000;

interface Cleanup {
  what: string;
  run: (end: CallEnd) => unknown;
  withinMs: number;
}

interface Emitter<E, A extends unknown[]> {
  on(event: E, listener: (...args: A) => void): unknown;
  off(event: E, listener: (...args: A) => void): unknown;
}

export interface Opening {
  /** For the error and the log, such as `room`. */
  what: string;
  withinMs: number;
  /** What closes it, where it opens after the call is over. */
  whenLate?: () => unknown;
}

/**
 * Everything that one call has opened, closed in reverse order when the call is over, whatever ended it. What is added
 * or opens after that is closed at once.
 */
export class CallScope {
  /** Settles once, when all is closed; never rejects. */
  readonly ended: Promise<CallEnd>;
  /** Aborts when the call is over, before anything is closed. */
  readonly signal: AbortSignal;
  /** Timers that end with the call; one that throws ends this call. */
  readonly clock: Clock;
  readonly #log: Log;
  readonly #time: Clock;
  readonly #over = new AbortController();
  readonly #cleanups: Cleanup[] = [];
  readonly #timers = new Set<() => void>();
  readonly #listening = new Set<() => void>();
  #end: CallEnd | undefined;
  #settle: (end: CallEnd) => void = () => {};

  constructor({ log, clock = systemClock }: { log: Log; clock?: Clock }) {
    this.#log = log;
    this.#time = clock;
    this.signal = this.#over.signal;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.clock = { now: () => clock.now(), after: (ms, run) => this.#after(ms, run) };
  }

  /** Runs at the call's end, after what was added later; a failure is logged, and the rest is closed all the same. */
  defer(what: string, run: (end: CallEnd) => unknown, withinMs = CLEANUP_TIMEOUT_MS): void {
    const cleanup = { what, run, withinMs };
    if (this.#end) void this.#close(cleanup, this.#end);
    else this.#cleanups.push(cleanup);
  }

  /**
   * Waits until something is open.
   *
   * @throws AppError when it is not open in time; whatever `opening` throws; the reason of `signal` when the call ends.
   */
  open<T>(opening: Promise<T>, { what, withinMs, whenLate }: Opening): Promise<T> {
    const opened = opening.then((it) => {
      if (whenLate && this.#end) this.defer(what, whenLate);
      return it;
    });
    return this.#untilOver(inTime(opened, withinMs, what, this.clock));
  }

  /** Milliseconds pass, or the call ends. */
  sleep(ms: number): Promise<void> {
    return pause(this.clock, ms, this.signal);
  }

  /** The same function, for others to call: when it throws, this call ends, and whoever called goes on. */
  guard<A extends unknown[]>(run: (...args: A) => void): (...args: A) => void {
    return (...args) => {
      try {
        if (!this.#end) run(...args);
      } catch (error) {
        void this.fail(error);
      }
    };
  }

  /**
   * Listens until the call is over, or the returned function is called. A listener that throws ends this call; the
   * emitter goes on.
   */
  listen<E extends string, A extends unknown[]>(
    emitter: Emitter<E, A>,
    event: E,
    listener: (...args: A) => void,
  ): () => void {
    const guarded = this.guard(listener);
    emitter.on(event, guarded);
    const stop = () => {
      this.#listening.delete(stop);
      emitter.off(event, guarded);
    };
    if (this.#end) stop();
    else this.#listening.add(stop);
    return stop;
  }

  /** A fault of our own: the call ends at once. */
  fail(error: unknown, reason = FAULT): Promise<CallEnd> {
    if (!this.#end) this.#log.error({ error }, reason);
    return this.end({ reason, ok: false });
  }

  /** Ends the call, if it has not ended: the first end counts. Resolves when all is closed. */
  end(end: CallEnd): Promise<CallEnd> {
    if (!this.#end) {
      this.#end = end;
      this.#over.abort(new AppError(`the call is over: ${end.reason}`));
      void this.#closeAll(end).then(() => this.#settle(end));
    }
    return this.ended;
  }

  async #closeAll(end: CallEnd): Promise<void> {
    for (const stop of [...this.#timers, ...this.#listening]) stop();
    for (let next = this.#cleanups.pop(); next; next = this.#cleanups.pop()) await this.#close(next, end);
  }

  async #close({ what, run, withinMs }: Cleanup, end: CallEnd): Promise<void> {
    try {
      await inTime(Promise.resolve(run(end)), withinMs, what, this.#time);
    } catch (error) {
      this.#log.warn({ what, error: messageOf(error) }, 'not closed at the end of the call');
    }
  }

  #after(ms: number, run: () => void): () => void {
    if (this.#end) return () => {};
    const guarded = this.guard(run);
    const stopTimer = this.#time.after(ms, () => {
      this.#timers.delete(stop);
      guarded();
    });
    const stop = () => {
      this.#timers.delete(stop);
      stopTimer();
    };
    this.#timers.add(stop);
    return stop;
  }

  #untilOver<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    return new Promise((resolve, reject) => {
      const onAbort = () => reject(signal.reason);
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    });
  }
}

/**
 * The same promise, for so long. A timer that lost is gone.
 *
 * @throws AppError when the time is up.
 */
export function inTime<T>(work: Promise<T>, withinMs: number, what: string, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = clock.after(withinMs, () => reject(new AppError(`${what}: not done within ${withinMs} ms`)));
    work.finally(stop).then(resolve, reject);
  });
}
