/** Time as requests see it. Tests pass one that they move by hand. */
export interface Clock {
  /** Milliseconds since any fixed moment; never goes back. */
  now(): number;
  /** Runs `run` once, `ms` from now, unless the returned function is called first. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Runs `then` once, when `ms` have passed or `signal` aborts, unless the returned function is called first; leaves neither timer
 * nor listener behind.
 */
export function wait(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  then: () => void,
): () => void {
  const stop = () => {
    cancel();
    signal?.removeEventListener('abort', done);
  };
  const done = () => {
    stop();
    then();
  };
  const cancel = clock.after(ms, done);
  signal?.addEventListener('abort', done);
  if (signal?.aborted) done();
  return stop;
}

/** Resolves when `ms` have passed or `signal` aborts, whichever comes first. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => void wait(clock, ms, signal, resolve));
}
