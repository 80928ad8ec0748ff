import type { Footprint, ProcessFootprint } from './footprint.ts';
import { type Metric, metric } from './metrics.ts';
import { lineThrough, percentile } from './stats.ts';

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
  readonly deadAir: DeadAir;
  /** Turns that the worker gave no answer, with an apology in its place. */
  readonly unanswered: number;
}

/** Times in which a caller who waited for an answer heard nothing of ours, by the sound that was sent: a filler ends one. */
export interface DeadAir {
  /** Calls that say so. */
  readonly calls: number;
  /** Turns with more than 3 s of it. */
  readonly turns: number;
  readonly longestMs: number;
}

/** @param ended - the last line of each call in the worker's log. */
export function deadAirIn(ended: readonly Readonly<Record<string, unknown>>[]): DeadAir {
  const known = ended.filter(({ deadAirMs }) => deadAirMs !== undefined);
  return {
    calls: known.length,
    turns: known.reduce((sum, { deadAirTurns }) => sum + Number(deadAirTurns), 0),
    longestMs: Math.max(0, ...known.map(({ deadAirMs }) => Number(deadAirMs))),
  };
}

/**
 * RSS of the worker at rest, a call more. Each process is compared with itself alone, from `SETTLED_AFTER_CALLS` calls after it
 * was first seen: one that comes or goes, a spare or a replaced host, is neither a leak nor hides one. It counts for the part
 * of the calls during which it was there.
 *
 * @returns `error`: its standard error; `undefined` where no process has three such checkpoints.
 */
export function rssSlope(checkpoints: readonly Checkpoint[]) {
  const looks = settledLooks(checkpoints);
  const first = Math.min(...looks.map(({ calls }) => calls));
  const span = (checkpoints.at(-1)?.calls ?? 0) - first;
  const lines = [...byPid(looks).values()].flatMap((own) => {
    const line = lineThrough(own.map(({ calls, process }) => [calls, process.rssMb * 1024]));
    const share = ((own.at(-1)?.calls ?? 0) - (own[0]?.calls ?? 0)) / span;
    return line ? [{ slope: line.slope * share, error: line.error * share }] : [];
  });
  if (lines.length === 0) return undefined;
  return {
    kbPerCall: lines.reduce((sum, { slope }) => sum + slope, 0),
    error: Math.hypot(...lines.map(({ error }) => error)),
  };
}

/** What the processes that are there at the end hold more than when each had settled; without such a look, than when first seen. */
export function leftOver(
  checkpoints: readonly Checkpoint[],
  of: (process: ProcessFootprint) => number,
): number {
  const [all, settled] = [byPid(looksOf(checkpoints)), byPid(settledLooks(checkpoints))];
  const last = checkpoints.at(-1)?.footprint.each ?? [];
  return last.reduce((sum, process) => {
    const [before] = settled.get(process.pid) ?? all.get(process.pid) ?? [];
    return before ? sum + Math.max(0, of(process) - of(before.process)) : sum;
  }, 0);
}

/** Processes at the end beyond the most that there were before, once the first calls were over: spare hosts come and go. */
export function processesLeft(checkpoints: readonly Checkpoint[]): number {
  const settled = checkpoints.slice(0, -1).filter(({ calls }) => calls >= SETTLED_AFTER_CALLS);
  const before = (settled.length > 0 ? settled : checkpoints).map(({ footprint }) => footprint.processes);
  return Math.max(0, (checkpoints.at(-1)?.footprint.processes ?? 0) - Math.max(...before));
}

interface Look {
  readonly calls: number;
  readonly process: ProcessFootprint;
}

const looksOf = (checkpoints: readonly Checkpoint[]): Look[] =>
  checkpoints.flatMap(({ calls, footprint }) => footprint.each.map((process) => ({ calls, process })));

function settledLooks(checkpoints: readonly Checkpoint[]): Look[] {
  const all = looksOf(checkpoints);
  const seen = new Map(all.toReversed().map(({ calls, process }) => [process.pid, calls]));
  return all.filter(({ calls, process }) => calls >= (seen.get(process.pid) ?? 0) + SETTLED_AFTER_CALLS);
}

function byPid(looks: readonly Look[]): Map<number, Look[]> {
  const found = new Map<number, Look[]>();
  for (const look of looks) found.set(look.process.pid, [...(found.get(look.process.pid) ?? []), look]);
  return found;
}

/** The figures of a soak with their targets. */
export function soakMetrics(result: SoakResult): Metric[] {
  const { calls, checkpoints, turns, lost, gaps, stuck, waitsMs, deadAir, unanswered } = result;
  const slope = rssSlope(checkpoints);
  return [
    metric('calls', calls),
    metric('calls that did not end', stuck, { target: 0 }),
    metric('turns lost', lost, { n: turns + lost, target: 0 }),
    metric('turns with an apology for an answer', unanswered, { n: turns }),
    metric('first sound p50 ms', percentile(waitsMs, 0.5)),
    metric('first sound p95 ms', percentile(waitsMs, 0.95)),
    metric('turns with over 3 s of dead air', deadAir.turns, { n: deadAir.calls, target: 0 }),
    metric('longest dead air ms', deadAir.longestMs, { n: deadAir.calls }),
    metric('gaps over 120 ms', gaps),
    // Where the noise is larger than the slope, there is none to be seen.
    metric(`RSS slope after ${SETTLED_AFTER_CALLS} calls, kB a call`, slope?.kbPerCall, {
      digits: 1,
      target: Math.round(10 * Math.max(MOST_RSS_KB_PER_CALL, 2 * (slope?.error ?? 0))) / 10,
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
    metric('processes left', processesLeft(checkpoints), { target: 0 }),
  ];
}

/** Targets that were missed, or could not be measured. */
export const missed = (metrics: readonly Metric[]): Metric[] =>
  metrics.filter(({ value, target }) => target !== undefined && !(value !== undefined && value <= target));
