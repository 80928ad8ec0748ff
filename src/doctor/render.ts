import type { Result, Verdict } from './check.ts';

const INDENT = ' '.repeat(44);

/** One line a result, more where there is more to say; causes and what to do stand below. */
export function renderResult({ verdict, proves, ms, evidence, cause, fix }: Result): string {
  const time = ms === 0 || verdict === 'skip' ? '' : `${ms} ms`;
  const found = evidence === '' ? cause : evidence;
  const line = `${verdict.padEnd(4)}  ${proves.padEnd(26)}${time.padStart(10)}  ${found.replaceAll('\n', `\n${INDENT}`)}`;
  return [line, ...(evidence === '' ? [] : linesOf(cause)), ...linesOf(fix).map((step) => `→ ${step}`)].join(
    `\n${INDENT}`,
  );
}

/** The last line: how many hops of those that were tried work, and which to look at. */
export function renderSummary(results: readonly Result[]): string {
  const named = (verdict: Verdict) =>
    results.filter((result) => result.verdict === verdict).map(({ proves }) => proves);
  const failed = named('fail');
  const skipped = named('skip');
  const tried = results.length - skipped.length;
  return [
    `${tried - failed.length} of ${tried} hops work`,
    ...(failed.length > 0 ? [`broken: ${failed.join(', ')}`] : []),
    ...(skipped.length > 0 ? [`not tried: ${skipped.join(', ')}`] : []),
  ].join('; ');
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}
