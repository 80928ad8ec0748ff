import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

const RESOLUTION_MS = 20;

/**
 * Watches how late the event loop is.
 *
 * @returns the longest delay since it was last asked, in whole milliseconds.
 */
export function watchLoopLag(): () => number {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  return () => {
    // What is measured is the time between two ticks.
    const lagMs = Math.max(0, Math.round(delays.max / 1e6) - RESOLUTION_MS);
    delays.reset();
    return lagMs;
  };
}

/**
 * Watches how busy the event loop is.
 *
 * @returns the share of the time since it was last asked that was not spent waiting for something to do, 0 to 1.
 */
export function watchLoopUse(): () => number {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return Math.round(1000 * utilization) / 1000;
  };
}
