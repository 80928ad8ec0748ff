import type { Result, Verdict } from './check.ts';

const INDENT = ' '.repeat(36);

/** One line a result, more where there is more to say; causes and what to do stand below. */
export function renderResult({ id, verdict, proves, ms, evidence, cause, fix }: Result): string {
  const time = ms === 0 || verdict === 'skip' ? '' : `${ms} ms`;
  const lines = [proves, ...linesOf(evidence), ...linesOf(cause), ...linesOf(fix).map((step) => `→ ${step}`)];
  const [first = '', second, ...rest] = lines;
  const head = second === undefined ? first : `${first}: ${second}`;
  return [`${verdict.padEnd(4)}  ${id.padEnd(17)}${time.padStart(10)}   ${head}`, ...rest].join(
    `\n${INDENT}`,
  );
}

/** The last line: how many hops of those that were tried work, and which to look at, the first that broke first. */
export function renderSummary(results: readonly Result[]): string {
  const named = (verdict: Verdict) =>
    results.filter((result) => result.verdict === verdict).map(({ id }) => id);
  const failed = named('fail');
  const warned = named('warn');
  const skipped = named('skip');
  const tried = results.length - skipped.length;
  return [
    `${tried - failed.length} of ${tried} hops work`,
    ...(failed.length > 0 ? [`broken: ${failed.join(', ')}`] : []),
    ...(warned.length > 0 ? [`to look at: ${warned.join(', ')}`] : []),
    ...(skipped.length > 0 ? [`not tried: ${skipped.join(', ')}`] : []),
  ].join('; ');
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}
