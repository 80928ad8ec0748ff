import { AppError } from '../errors.ts';
import type { Check, Finding, Means, Result } from './check.ts';
import { once, repeatedly } from './once.ts';
import { renderSummary } from './render.ts';

export interface RunOptions {
  /** Ids of the checks to run, with those that they need; default: all. */
  only?: readonly string[];
  /** How often, and how often at once, the checks that allow it are run; default 1. */
  repeat?: number;
  /** How many requests a model server gets at once; default 1. */
  parallel?: number;
  /** Interrupts the run: what runs is ended, what did not begin is skipped, what was left is undone. */
  signal?: AbortSignal;
  /** Hears of each check as it starts. */
  onStart?: (id: string) => void;
  /** Hears of each result as soon as those before it are told, so in the order of the checks. */
  onResult?: (result: Result) => void;
  /** Milliseconds since any fixed moment. */
  now?: () => number;
}

/** What is undone at the end may take so long in all. */
const UNDO_MS = 5000;

interface Outcome {
  result: Result;
  /** The failure that explains this one's being skipped, or this one itself. */
  explainedBy?: Result;
}

/**
 * Runs checks: each as soon as those that it needs or comes after have ended, the others at the same time. Nothing that
 * a check throws is ever taken for a success.
 *
 * @returns the results, in the order of `checks`.
 * @throws AppError when `only` names one that there is not, or a check needs one that is not before it.
 */
export async function runChecks<C extends object>(
  checks: readonly Check<C>[],
  context: C & Pick<Means, 'fetch'>,
  options: RunOptions = {},
): Promise<Result[]> {
  const { signal = new AbortController().signal, onResult = () => {} } = options;
  const undo: (() => unknown)[] = [];
  const outcomes = new Map<string, Promise<Outcome>>();
  const chosen = chooseChecks(checks, options.only);
  for (const check of chosen) {
    const before = (ids: readonly string[] = []) => ids.flatMap((id) => outcomes.get(id) ?? []);
    const needed = before(check.needs);
    const waitsFor = [...needed, ...before(check.after)];
    const failureOf = async (cause: string) => (await outcomes.get(cause))?.explainedBy;
    const means = { ...context, signal, atEnd: (one: () => unknown) => undo.push(one) };
    const start = async () => {
      await Promise.all(waitsFor);
      const { because, ...outcome } = await outcomeOf(check, await Promise.all(needed), means, options);
      const explainedBy = because === undefined ? outcome.explainedBy : await failureOf(because);
      return { ...outcome, ...(explainedBy && { explainedBy }) };
    };
    outcomes.set(check.id, start());
  }
  const results: Result[] = [];
  try {
    for (const outcome of outcomes.values()) {
      const { result } = await outcome;
      results.push(result);
      onResult(result);
    }
  } finally {
    await undoAll(undo);
  }
  return results;
}

export interface Checked {
  results: readonly Result[];
  /** The last line. */
  summary: string;
}

/** The hops of a place, and the line that sums them up. */
export async function tryHops<C extends object>(
  checks: readonly Check<C>[],
  context: C & Pick<Means, 'fetch'>,
  options: RunOptions,
): Promise<Checked> {
  const results = await runChecks(checks, context, options);
  return { results, summary: renderSummary(results) };
}

/** Those that are named with those that they need, or all. */
function chooseChecks<C>(checks: readonly Check<C>[], only?: readonly string[]): readonly Check<C>[] {
  const all = new Map(checks.map((check) => [check.id, check]));
  const seen = new Set<string>();
  for (const { id, needs = [] } of checks) {
    const missing = needs.find((need) => !seen.has(need));
    if (missing) throw new AppError(`check ${id} needs ${missing}, which is not before it`);
    seen.add(id);
  }
  if (!only) return checks;
  const wanted = new Set<string>();
  const add = (id: string): void => {
    const check = all.get(id);
    if (!check)
      throw new AppError(`there is no hop «${id}»`, { hint: `there are ${[...all.keys()].join(', ')}` });
    wanted.add(id);
    check.needs?.forEach(add);
  };
  only.forEach(add);
  return checks.filter(({ id }) => wanted.has(id));
}

async function outcomeOf<C>(
  check: Check<C>,
  needed: readonly Outcome[],
  means: C & Means,
  { repeat = 1, parallel = 1, onStart = () => {}, now = () => performance.now() }: RunOptions,
): Promise<Outcome & Pick<Finding, 'because'>> {
  const { id, proves } = check;
  const resultOf = (found: Finding, ms: number): Result => {
    return { id, verdict: 'ok', proves, evidence: '', cause: '', fix: '', ...found, ms };
  };
  const explainedBy = needed.find((one) => one.explainedBy)?.explainedBy;
  if (explainedBy) {
    const cause = `needs «${explainedBy.proves}» (${explainedBy.id})`;
    return { result: resultOf({ verdict: 'skip', cause }, 0), explainedBy };
  }
  if (means.signal.aborted) return { result: resultOf({ verdict: 'skip', cause: 'interrupted' }, 0) };
  onStart(id);
  const startedMs = now();
  const times = check.repeats ? repeat : check.isModel ? parallel : 1;
  const { because, ...found } =
    times > 1 ? await repeatedly(check, means, times, now) : await once(check, means);
  const result = resultOf(found, Math.round(now() - startedMs));
  if (because !== undefined) return { result, because };
  return { result, ...(result.verdict === 'fail' && { explainedBy: result }) };
}

/** The last first, as they may build on each other. What fails hides no result. */
async function undoAll(undo: readonly (() => unknown)[]): Promise<void> {
  const inTurn = async () => {
    for (const one of undo.toReversed())
      await Promise.resolve()
        .then(one)
        .catch(() => {});
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, UNDO_MS);
  });
  await Promise.race([inTurn(), late]);
  clearTimeout(timer);
}
