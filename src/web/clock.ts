/** Time as the dispatch watch needs it; tests turn it by hand. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Runs once, later. Returns what cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

/** The process's own clock. Its timers never keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
