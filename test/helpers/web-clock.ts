import type { Clock } from '../../src/openai/clock.ts';

export interface TurnedClock extends Clock {
  /** Lets time pass; what falls due runs in order, and what it awaits gets its turn. */
  pass(ms: number): Promise<void>;
  /** Timers that wait. */
  pending(): number;
}

/** A clock that stands still until it is turned. */
export function turnedClock(startMs = 1_000_000): TurnedClock {
  let nowMs = startMs;
  const timers = new Set<{ dueMs: number; run: () => void }>();
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => nowMs,
    after(delayMs, run) {
      const timer = { dueMs: nowMs + delayMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async pass(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        const [next] = [...timers].filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs);
        if (!next) break;
        timers.delete(next);
        nowMs = next.dueMs;
        next.run();
        await settle();
      }
      nowMs = endMs;
    },
    pending: () => timers.size,
  };
}
