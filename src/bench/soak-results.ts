import type { Footprint } from './footprint.ts';
import { type Metric, metric } from './metrics.ts';
import { lineThrough } from './stats.ts';

/** Caches fill and heaps grow to their size before this many calls. */
export const SETTLED_AFTER_CALLS = 50;
/** A slope up to this is the noise of a heap: over 1000 calls it would be 20 MB. */
export const MOST_RSS_KB_PER_CALL = 20;

/** The worker at rest after so many calls. */
export interface Checkpoint {
  readonly calls: number;
  readonly footprint: Footprint;
}

/** All that a soak found. */
export interface SoakResult {
  readonly calls: number;
  /** Rising; the first one before any call. */
  readonly checkpoints: readonly Checkpoint[];
  readonly turns: number;
  readonly lost: number;
  readonly gaps: number;
  readonly waitsMs: readonly number[];
  /** Calls that did not end in time. */
  readonly stuck: number;
}

/**
 * RSS of the worker at rest, a call more: the slope after the first calls. Only checkpoints with as many processes are
 * compared, those of the commonest number: a spare host more or less would look like noise, and hide a leak.
 *
 * @returns `error`: its standard error; `undefined` with fewer than three such checkpoints.
 */
export function rssSlope(checkpoints: readonly Checkpoint[]) {
  const groups = new Map<number, Checkpoint[]>();
  for (const one of settled(checkpoints))
    groups.set(one.footprint.processes, [...(groups.get(one.footprint.processes) ?? []), one]);
  const alike = [...groups.values()].reduce((a, b) => (b.length > a.length ? b : a), []);
  const line = lineThrough(alike.map(({ calls, footprint }) => [calls, footprint.rssMb * 1024]));
  return line && { kbPerCall: line.slope, error: line.error };
}

/** What there is more at the end than when the first calls were over; without such a checkpoint, than at the start. */
export function leftOver(checkpoints: readonly Checkpoint[], of: (footprint: Footprint) => number): number {
  const [first, last] = [settled(checkpoints)[0] ?? checkpoints[0], checkpoints.at(-1)];
  return first && last ? Math.max(0, of(last.footprint) - of(first.footprint)) : 0;
}

const settled = (checkpoints: readonly Checkpoint[]): readonly Checkpoint[] =>
  checkpoints.filter(({ calls }) => calls >= SETTLED_AFTER_CALLS);

/** The figures of a soak with their targets. */
export function soakMetrics({ calls, checkpoints, turns, lost, gaps, stuck }: SoakResult): Metric[] {
  const slope = rssSlope(checkpoints);
  return [
    metric('calls', calls),
    metric('calls that did not end', stuck, { target: 0 }),
    metric('turns lost', lost, { n: turns + lost, target: 0 }),
    metric('gaps over 120 ms', gaps),
    // Where the noise is larger than the slope, there is none to be seen.
    metric(`RSS slope after ${SETTLED_AFTER_CALLS} calls, kB a call`, slope?.kbPerCall, {
      digits: 1,
      target: Math.round(Math.max(MOST_RSS_KB_PER_CALL, 2 * (slope?.error ?? 0))),
    }),
    metric('… its standard error', slope?.error, { digits: 1 }),
    metric(
      'sockets left',
      leftOver(checkpoints, ({ sockets }) => sockets),
      { target: 0 },
    ),
    metric(
      'threads left',
      leftOver(checkpoints, ({ threads }) => threads),
      { target: 0 },
    ),
    metric(
      'processes left',
      leftOver(checkpoints, ({ processes }) => processes),
      { target: 0 },
    ),
  ];
}

/** Targets that were missed, or could not be measured. */
export const missed = (metrics: readonly Metric[]): Metric[] =>
  metrics.filter(({ value, target }) => target !== undefined && !(value !== undefined && value <= target));
