import type { Config } from '../config/schema.ts';

/** One hop of a call, tried by itself. */
export interface Check {
  /** Stable, for scripts. */
  id: string;
  title: string;
  /** Ids of checks without which this one cannot pass: it is skipped when one of them failed. */
  needs?: readonly string[];
  /**
   * What was found, in a few words, a line a thing; `undefined` when there is nothing to check.
   *
   * @throws anything; what is thrown is the failure, its `hint` what to do.
   */
  run(context: CheckContext): Promise<string | Finding | undefined>;
}

/** A hop that works, and what to do all the same, such as a setting to paste. */
export interface Finding {
  detail: string;
  /** A line a thing. */
  hint?: string;
}

export interface CheckContext {
  config: Config;
  /** Ends the check at its deadline. */
  signal: AbortSignal;
  /** For plain HTTP requests. */
  fetch: typeof fetch;
}

export interface Result {
  id: string;
  title: string;
  status: 'ok' | 'failed' | 'skipped';
  detail: string;
  tookMs: number;
  /** What to do; always with `failed`, unless nothing is known. */
  hint?: string;
}
