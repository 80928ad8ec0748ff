import { setTimeout as timeout } from 'node:timers/promises';

/** Time as the stand-ins see it; tests give one that does not wait. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Rejects with an `AbortError` once `signal` is aborted. */
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
}

export const realClock: Clock = {
  now: () => performance.now(),
  sleep: (durationMs, signal) => timeout(durationMs, undefined, { signal }),
};

/** Waits for a moment of `clock`, which may have passed. A due time instead of a pause keeps a long stream from drifting. */
export async function sleepUntil(clock: Clock, dueMs: number, signal: AbortSignal): Promise<void> {
  const leftMs = dueMs - clock.now();
  if (leftMs > 0) await clock.sleep(leftMs, signal);
}

/** Settles only by rejecting, when `signal` is aborted: what an endpoint that hangs does. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
