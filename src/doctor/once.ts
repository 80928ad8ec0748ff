import { AppError, messageOf } from '../errors.ts';
import type { Check, Finding, Means, Verdict } from './check.ts';

const DEADLINE_MS = 30_000;
/** For a check to end by itself after its signal, with its own words for what did not answer. */
const GRACE_MS = 1000;

/** One attempt of a check: always a finding, whatever it throws, and even if it never ends. */
export async function once<C>(check: Check<C>, means: C & Means): Promise<Finding> {
  const { deadlineMs = DEADLINE_MS } = check;
  const deadline = AbortSignal.timeout(deadlineMs);
  const signal = AbortSignal.any([means.signal, deadline]);
  try {
    const found = await orLate(check.run({ ...means, signal }), signal);
    if (found === undefined) return { verdict: 'skip', cause: 'nothing is configured' };
    return typeof found === 'string' ? { evidence: found } : found;
  } catch (thrown) {
    if (means.signal.aborted) return { verdict: 'skip', cause: 'interrupted' };
    const fix = (thrown instanceof AppError && thrown.hint) || '';
    const late = `no end within ${deadlineMs / 1000} s`;
    return { verdict: 'fail', evidence: thrown === LATE ? late : messageOf(thrown), fix };
  }
}

const LATE = new Error('late');

function orLate<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const aborted = () => {
      timer = setTimeout(() => reject(LATE), GRACE_MS);
    };
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted, { once: true });
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
    });
  });
}

const WORST_FIRST: readonly Verdict[] = ['fail', 'warn', 'ok', 'skip'];

/** Several attempts at once, as one finding: how many worked, how long they took, and what the worst of them found. */
export async function repeatedly<C>(
  check: Check<C>,
  means: C & Means,
  times: number,
  now: () => number,
): Promise<Finding> {
  const startedMs = now();
  const tookMs: number[] = [];
  const attempt = async () => {
    const found = await once(check, means);
    tookMs.push(Math.round(now() - startedMs));
    return found;
  };
  const found = await Promise.all(Array.from({ length: times }, attempt));
  const verdictOf = ({ verdict = 'ok' }: Finding) => verdict;
  for (const verdict of WORST_FIRST) {
    const such = found.filter((one) => verdictOf(one) === verdict);
    const [first] = such;
    if (!first) continue;
    if (verdict === 'skip') return first;
    const worked = found.filter((one) => verdictOf(one) !== 'fail').length;
    const rate = `${worked} of ${times} attempts at once worked, in ${tookMs[0]} to ${tookMs.at(-1)} ms`;
    return { ...first, verdict, evidence: [rate, first.evidence].filter(Boolean).join('\n') };
  }
  return { verdict: 'skip', cause: 'no attempt was made' };
}
