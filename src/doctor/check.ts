/** `skip`: not tried, since nothing is configured, or since an earlier hop explains it. */
export type Verdict = 'ok' | 'warn' | 'fail' | 'skip';

/**
 * One hop of a call, tried by itself.
 *
 * @typeParam C - what the place that it is tried from knows, such as `{ config, seen }`.
 */
export interface Check<C> {
  /** Stable, for scripts: kebab case, grouped by a prefix. */
  id: string;
  /** What it proves when it passes, in a few words. */
  proves: string;
  /**
   * Ids of checks before it without which it cannot pass: it starts when they have ended, and is skipped when one of
   * them failed, or was itself skipped for such a failure.
   */
  needs?: readonly string[];
  /** Ids of checks that it waits for, whatever comes of them: it uses what they learn, or would disturb them. */
  after?: readonly string[];
  /** Whether `--repeat` runs it several times at once. It must take no call slot. */
  repeats?: boolean;
  /** Whether `--parallel` runs it several times at once, as so many calls would: it takes the time of a model server. */
  isModel?: boolean;
  /** Default: 30 s, which a model that is loaded on demand needs most of. */
  deadlineMs?: number;
  /**
   * What was found, in a few words, a line a thing; `undefined` when there is nothing to check.
   *
   * @throws anything; what is thrown is the failure: its message the evidence, its `hint` what to do.
   */
  run(context: C & Means): Promise<string | Finding | undefined>;
}

/** What every check is given by the run, in every place. */
export interface Means {
  /** Ends the check: at its deadline, or when the run is interrupted. */
  signal: AbortSignal;
  /** For plain HTTP requests. */
  fetch: typeof fetch;
  /** Undoes what outlives the check (a room, a participant, an allocation) when the run ends, however it ends. */
  atEnd(undo: () => unknown): void;
}

/** More than a hop that works. */
export interface Finding {
  /** Default `ok`. A `skip` says in `cause` why it cannot be told from here. */
  verdict?: Verdict;
  /** With `skip`: id of the check before it whose failure explains this; what needs this one is skipped too. */
  because?: string;
  /** A line a thing. */
  evidence?: string;
  /** Why it is so, where the evidence does not say it. */
  cause?: string;
  /** What to do, such as a setting to paste. A line a thing. */
  fix?: string;
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
