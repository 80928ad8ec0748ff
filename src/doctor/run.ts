import { AppError, messageOf } from '../errors.ts';
import type { Check, CheckContext, Result } from './check.ts';
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
    const found = await runOne(check, results, context);
    const ms = Math.round(now() - startedMs);
    const { id, proves } = check;
    const result: Result = { id, verdict: 'ok', proves, evidence: '', cause: '', fix: '', ...found, ms };
    results.push(result);
    onResult(result);
  }
  return results;
}

async function runOne(
  { needs = [], run }: Check,
  before: readonly Result[],
  context: Omit<CheckContext, 'signal'>,
): Promise<Partial<Result>> {
  const missing = before.find(({ id, verdict }) => needs.includes(id) && verdict === 'fail');
  if (missing) return { verdict: 'skip', cause: `needs «${missing.proves}»` };
  try {
    const found = await run({ ...context, signal: AbortSignal.timeout(DEADLINE_MS) });
    if (found === undefined) return { verdict: 'skip', cause: 'nothing is configured' };
    return typeof found === 'string' ? { evidence: found } : found;
  } catch (thrown) {
    const fix = (thrown instanceof AppError && thrown.hint) || '';
    return { verdict: 'fail', evidence: messageOf(thrown), fix };
  }
}
