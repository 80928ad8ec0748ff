import type { Clock } from '../../src/openai/clock.ts';

export interface ManualClock extends Clock {
  /** Moves time, running what falls due in between, in order. */
  advance(ms: number): void;
  /** Resolves when a timer of `ms` is set, or is set already. */
  waitsFor(ms: number): Promise<void>;
  /** How long each timer that is set was set for. */
  pending(): number[];
}

interface Timer {
  at: number;
  ms: number;
  run: () => void;
}

/** A clock that stands still until it is moved by hand. */
export function manualClock(): ManualClock {
  let now = 0;
  let timers: Timer[] = [];
  let waiters: { ms: number; resolve: () => void }[] = [];
  const due = (until: number) => timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  return {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, ms, run };
      timers.push(timer);
      for (const waiter of waiters.filter((one) => one.ms === ms)) waiter.resolve();
      waiters = waiters.filter((one) => one.ms !== ms);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    advance(ms) {
      const until = now + ms;
      for (let timer = due(until); timer !== undefined; timer = due(until)) {
        const ran = timer;
        timers = timers.filter((one) => one !== ran);
        now = ran.at;
        ran.run();
      }
      now = until;
    },
    pending: () => timers.map(({ ms }) => ms),
    waitsFor: (ms) =>
      new Promise((resolve) => {
        if (timers.some((timer) => timer.ms === ms)) resolve();
        else waiters.push({ ms, resolve });
      }),
  };
}

/** A clock whose waits of up to 2 s, the longest between two tries, are over at once; longer ones, deadlines, never. */
export function hastyClock(): Clock {
  return {
    now: () => 0,
    after(ms, run) {
      if (ms > 2000) return () => {};
      const immediate = setImmediate(run);
      return () => clearImmediate(immediate);
    },
  };
}
