import type { Config } from '../config/schema.ts';

/** `skip`: not tried, since nothing is configured, or since an earlier hop explains it. */
export type Verdict = 'ok' | 'warn' | 'fail' | 'skip';

/** One hop of a call, tried by itself. */
export interface Check {
  /** Stable, for scripts. */
  id: string;
  /** What it proves when it passes, in a few words. */
  proves: string;
  /** Ids of checks without which this one cannot pass: it is skipped when one of them failed. */
  needs?: readonly string[];
  /**
   * What was found, in a few words, a line a thing; `undefined` when there is nothing to check.
   *
   * @throws anything; what is thrown is the failure, its `hint` what to do.
   */
  run(context: CheckContext): Promise<string | Finding | undefined>;
}

/** More than a hop that works. */
export interface Finding {
  /** Default `ok`. */
  verdict?: Verdict;
  /** A line a thing. */
  evidence: string;
  /** Why it is so, where the evidence does not say it. */
  cause?: string;
  /** What to do, such as a setting to paste. A line a thing. */
  fix?: string;
}

export interface CheckContext {
  config: Config;
  /** Ends the check at its deadline. */
  signal: AbortSignal;
  /** For plain HTTP requests. */
  fetch: typeof fetch;
}

/** As `check --json` prints it: every key is there, empty where there is nothing to say. */
export interface Result {
  id: string;
  verdict: Verdict;
  proves: string;
  evidence: string;
  cause: string;
  fix: string;
  ms: number;
}
