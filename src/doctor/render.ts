import type { Result } from './check.ts';

const INDENT = ' '.repeat(47);

/** One line a result, more where there is more to say, and what to do below a failed one. */
export function renderResult({ status, title, tookMs, detail, hint }: Result): string {
  const time = status === 'skipped' ? '' : `${tookMs} ms`;
  const line = `${status.padEnd(7)}  ${title.padEnd(26)}${time.padStart(10)}  ${detail.replaceAll('\n', `\n${INDENT}`)}`;
  const hints = hint?.split('\n').map((one) => `\n${INDENT}→ ${one}`) ?? [];
  return line + hints.join('');
}

/** The last line: how many hops of those that were tried work, and which to look at. */
export function renderSummary(results: readonly Result[]): string {
  const titles = (status: Result['status']) =>
    results.filter((result) => result.status === status).map(({ title }) => title);
  const failed = titles('failed');
  const skipped = titles('skipped');
  const tried = results.length - skipped.length;
  return [
    `${tried - failed.length} of ${tried} hops work`,
    ...(failed.length > 0 ? [`broken: ${failed.join(', ')}`] : []),
    ...(skipped.length > 0 ? [`not tried: ${skipped.join(', ')}`] : []),
  ].join('; ');
}
