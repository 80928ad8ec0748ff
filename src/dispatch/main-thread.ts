import { readFileSync } from 'node:fs';

/** Clock ticks of Linux, as `/proc` counts CPU time. */
const TICK_MS = 10;

/** What a process's main thread, which runs its event loop, does at a moment. */
export interface MainThread {
  /** It computes, or waits for a processor to. */
  isRunnable: boolean;
  /** CPU time so far, user and system. */
  cpuMs: number;
}

/** From `/proc` (proc_pid_stat(5)); `undefined` where there is none, or the process is gone. */
export function mainThreadOf(pid: number | undefined): MainThread | undefined {
  try {
    return parseThread(readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The program's name, in brackets, may hold anything. */
export function parseThread(stat: string): MainThread {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { isRunnable: fields[0] === 'R', cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS };
}

/**
 * Whether a thread that does not get on lacks a processor, rather than turns in a loop: it wants to run, and got less than
 * half of the time.
 */
function isStarved(before: MainThread | undefined, now: MainThread | undefined, elapsedMs: number): boolean {
  if (!before || !now?.isRunnable) return false;
  return now.cpuMs - before.cpuMs < elapsedMs / 2;
}

/**
 * For how long a process may be silent. On a machine that is busy beyond its processors it may only be late: to end it, and
 * start another, makes that worse.
 */
export interface Patience {
  withinMs: number;
  /** While its main thread lacks a processor. */
  starvedWithinMs: number;
  /** Its main thread when the wait began. */
  before?: MainThread | undefined;
}

/** From its start to `ready`: a small or busy machine needs seconds to load the native modules. */
export const STARTS: Patience = {
  withinMs: 60_000,
  starvedWithinMs: 300_000,
  before: { isRunnable: true, cpuMs: 0 },
};
/** A process whose event loop stands still for so long plays no sound any more. */
export const ANSWERS: Patience = { withinMs: 2500, starvedWithinMs: 10_000 };

/** @returns whether a process that has been silent for so long is to be ended. */
export function isLate(
  silentMs: number,
  { withinMs, starvedWithinMs, before }: Patience,
  process: { mainThread(): MainThread | undefined },
): boolean {
  if (silentMs < withinMs || silentMs >= starvedWithinMs) return silentMs >= withinMs;
  return !isStarved(before, process.mainThread(), silentMs);
}
