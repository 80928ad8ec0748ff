import { AppError, messageOf } from '../errors.ts';
import type { Check, CheckContext, Finding, Result } from './check.ts';
import { chat } from './checks/chat.ts';
import { models } from './checks/models.ts';
import { ready } from './checks/ready.ts';
import { signal } from './checks/signal.ts';
import { speech } from './checks/speech.ts';
import { transcription } from './checks/transcription.ts';
import { turn } from './checks/turn.ts';

/** In the order in which a call meets them. A new check is one file and one word here. */
export const CHECKS: readonly Check[] = [signal, turn, ready, models, transcription, chat, speech];

/** A model that is loaded on demand needs most of it. */
const DEADLINE_MS = 30_000;

export interface RunOptions {
  checks?: readonly Check[];
  /** Hears of each result at once. */
  onResult?: (result: Result) => void;
  /** Milliseconds since any fixed moment. */
  now?: () => number;
}

/** Runs the checks one after the other. Nothing that a check throws is ever taken for a success. */
export async function runChecks(
  context: Omit<CheckContext, 'signal'>,
  { checks = CHECKS, onResult = () => {}, now = () => performance.now() }: RunOptions = {},
): Promise<Result[]> {
  const results: Result[] = [];
  for (const check of checks) {
    const startedMs = now();
    const outcome = await runOne(check, results, context);
    const result = { id: check.id, title: check.title, ...outcome, tookMs: Math.round(now() - startedMs) };
    results.push(result);
    onResult(result);
  }
  return results;
}

async function runOne(
  { needs = [], run }: Check,
  before: readonly Result[],
  context: Omit<CheckContext, 'signal'>,
): Promise<Omit<Result, 'id' | 'title' | 'tookMs'>> {
  const missing = before.find((result) => needs.includes(result.id) && result.status === 'failed');
  if (missing) return { status: 'skipped', detail: `needs «${missing.title}»` };
  try {
    const found = await run({ ...context, signal: AbortSignal.timeout(DEADLINE_MS) });
    if (found === undefined) return { status: 'skipped', detail: 'nothing is configured' };
    const { detail, hint }: Finding = typeof found === 'string' ? { detail: found } : found;
    return { status: 'ok', detail, ...(hint && { hint }) };
  } catch (thrown) {
    const hint = thrown instanceof AppError ? thrown.hint : undefined;
    return { status: 'failed', detail: messageOf(thrown), ...(hint && { hint }) };
  }
}
