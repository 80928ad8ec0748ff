import { AppError, messageOf } from '../errors.ts';
import type { Check, CheckContext, Result } from './check.ts';
import { models } from './checks/models.ts';
import { ready } from './checks/ready.ts';
import { signal } from './checks/signal.ts';

/** In the order in which a call meets them. A new check is one file and one word here. */
export const CHECKS: readonly Check[] = [signal, ready, models];

const DEADLINE_MS = 15_000;

/** Runs the checks one after the other. Nothing that a check throws is ever taken for a success. */
export async function runChecks(
  context: Omit<CheckContext, 'signal'>,
  checks: readonly Check[] = CHECKS,
  onResult: (result: Result) => void = () => {},
): Promise<Result[]> {
  const results: Result[] = [];
  for (const check of checks) {
    const result = await runOne(check, results, context);
    results.push(result);
    onResult(result);
  }
  return results;
}

async function runOne(
  { id, title, needs = [], run }: Check,
  before: readonly Result[],
  context: Omit<CheckContext, 'signal'>,
): Promise<Result> {
  const missing = before.find((result) => needs.includes(result.id) && result.status === 'failed');
  if (missing) return { id, title, status: 'skipped', detail: `needs «${missing.title}»` };
  try {
    const detail = await run({ ...context, signal: AbortSignal.timeout(DEADLINE_MS) });
    if (detail === undefined) return { id, title, status: 'skipped', detail: 'nothing is configured' };
    return { id, title, status: 'ok', detail };
  } catch (thrown) {
    const hint = thrown instanceof AppError ? thrown.hint : undefined;
    return { id, title, status: 'failed', detail: messageOf(thrown), ...(hint && { hint }) };
  }
}

/** One line a result, and what to do below a failed one. */
export function renderResult({ status, title, detail, hint }: Result): string {
  const line = `${status.padEnd(7)}  ${title.padEnd(26)}  ${detail}`;
  return hint ? `${line}\n${' '.repeat(37)}→ ${hint}` : line;
}
