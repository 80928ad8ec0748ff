import type { Clock } from '../../src/standin/clock.ts';

/** A clock on which every pause is over at once: `now()` tells how long all of them took. */
export function virtualClock(): Clock {
  let nowMs = 0;
  return {
    now: () => nowMs,
    async sleep(durationMs, signal) {
      signal.throwIfAborted();
      nowMs += durationMs;
    },
  };
}
