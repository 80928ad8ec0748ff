import { fork } from 'node:child_process';
import type { Log } from '../observe/log.ts';
import { type Clock, systemClock } from '../openai/clock.ts';

/** What one join with media came to. */
export type MediaOutcome =
  | { ok: true }
  /** `signal`: LiveKit was not reached or refused the join; `media`: it answers, and no media path was found. */
  | { ok: false; failed: 'signal' | 'media'; reason: string };

/** Why callers would not be heard; `undefined` when they would. */
export interface MediaWatch {
  problem(): string | undefined;
  /** A call could not connect: look again. */
  callFailed(): void;
  stop(): void;
}

export interface MediaWatchParts {
  check(): Promise<MediaOutcome>;
  log: Log;
  clock?: Clock;
}

const RETRY_MS = [2000, 5000, 10_000, 20_000, 40_000, 60_000] as const;
/** Calls may fail by the dozen. */
const APART_MS = 10_000;

/**
 * Joins a room once at the start, until that works, and again after a call that could not connect. A LiveKit that does
 * not answer (it restarts, say) takes nothing from what was known of the media: that the worker is registered is seen
 * elsewhere.
 */
export function watchMedia({ check, log, clock = systemClock }: MediaWatchParts): MediaWatch {
  let problem: string | undefined = 'media: no join was tried yet';
  let hasWorked = false;
  let failures = 0;
  let isBusy = false;
  let endedMs = Number.NEGATIVE_INFINITY;
  let isStopped = false;
  let cancel = () => {};

  const lookIn = (delayMs: number) => {
    isBusy = true;
    cancel = clock.after(delayMs, () => void look());
  };
  const look = async () => {
    const outcome = await check();
    if (isStopped) return;
    endedMs = clock.now();
    isBusy = false;
    if (outcome.ok) {
      if (failures > 0) log.info('media reaches LiveKit again');
      [problem, hasWorked, failures] = [undefined, true, 0];
      return;
    }
    const { failed, reason } = outcome;
    log.warn({ failed, reason }, 'no call could be heard: a join with media failed');
    if (!hasWorked || failed === 'media') problem = `media: ${reason}`;
    lookIn(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? APART_MS);
    failures += 1;
  };
  lookIn(0);
  return {
    problem: () => problem,
    callFailed() {
      if (!isBusy) lookIn(Math.max(0, endedMs + APART_MS - clock.now()));
    },
    stop() {
      isStopped = true;
      cancel();
    },
  };
}

/** ICE gives up after 15 s, and is tried again. */
const CHECK_WITHIN_MS = 45_000;

/**
 * Runs one check in a process of its own, which takes LiveKit's native client along when it ends. It has the
 * environment of this one, and the settings that come from it.
 */
export function checkMedia(): Promise<MediaOutcome> {
  // The extension follows how this file runs: .ts under tsx, .js in dist.
  const file = import.meta.filename.replace(/media(\.[jt]s)$/, 'media-check$1');
  return new Promise((resolve) => {
    const child = fork(file, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const settle = (outcome: MediaOutcome) => {
      clearTimeout(timer);
      resolve(outcome);
      // Not asked to end: the native client's own end has hung.
      child.kill('SIGKILL');
    };
    const late = `no join within ${CHECK_WITHIN_MS / 1000} s`;
    // Not known to be the media: a LiveKit that restarts may hang, too.
    const timer = setTimeout(() => settle({ ok: false, failed: 'signal', reason: late }), CHECK_WITHIN_MS);
    timer.unref();
    child.once('message', (outcome) => settle(outcome as MediaOutcome));
    child.once('error', ({ message: reason }) => settle({ ok: false, failed: 'signal', reason }));
    child.once('exit', (code, signal) => {
      settle({ ok: false, failed: 'signal', reason: `its process ended with ${signal ?? code}` });
    });
  });
}
