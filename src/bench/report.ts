import { renderColumns } from './columns.ts';
import { cutOffRows, requestRows } from './cut-off-table.ts';
import { type Conditions, type Metric, metricsOf } from './metrics.ts';
import type { BenchOptions } from './options.ts';
import type { RunResult } from './results.ts';
import { recordRows } from './worker-record.ts';

/** All that a bench found; what the JSON file holds. */
export interface Report extends Conditions {
  readonly startedAt: string;
  /** Under which conditions, for people. */
  readonly notes: readonly string[];
  readonly options: BenchOptions;
  readonly runs: readonly RunResult[];
}

/** A column of figures. */
interface Column {
  readonly title: string;
  readonly run: RunResult;
  readonly conditions: Conditions;
}

/** The figures of all runs side by side, those of an earlier bench with them. */
export function renderReport(done: Report, earlier?: Report): string {
  const columns = [...columnsOf(done, ''), ...(earlier ? columnsOf(earlier, ' before') : [])];
  const tables = [figures(columns), cutOffRows(columns), requestRows(columns), recordRows(columns)];
  const shownTables = tables.filter((rows) => rows.length > 0).map(renderColumns);
  return [done.notes.join('\n'), ...shownTables].join('\n\n');
}

const columnsOf = (report: Report, suffix: string): Column[] =>
  report.runs.map((run) => ({ title: `${run.pipeline}${suffix}`, run, conditions: report }));

function figures(columns: readonly Column[]): string[][] {
  const all = columns.map(({ run, conditions }) => metricsOf(run, conditions));
  const [own, ...others] = all;
  const heading = [
    '',
    'target',
    ...columns.map(({ title }) => title),
    ...others.map((_, at) => `own / ${columns[at + 1]?.title}`),
  ];
  const rows = (own ?? []).map((metric, row) => {
    const cells = all.map((metrics, column) => shown(metrics[row], column === 0));
    const ratios = others.map((metrics) => ratio(metric, metrics[row]));
    return [metric.name, metric.target === undefined ? '' : `≤ ${metric.target}`, ...cells, ...ratios];
  });
  return [heading, ...rows.filter((row) => row.slice(2).some((cell) => cell !== '–'))];
}

function shown(metric: Metric | undefined, judged: boolean): string {
  if (metric?.value === undefined) return '–';
  const { value, digits, n, target } = metric;
  const number = Number.isFinite(value) ? value.toFixed(digits) : 'never';
  const mark = !judged || target === undefined ? '' : value <= target ? ' ✓' : ' ✗';
  return `${number}${n === undefined ? '' : ` (${n})`}${mark}`;
}

function ratio({ value }: Metric, other: Metric | undefined): string {
  return value === undefined || !other?.value || !Number.isFinite(value) || !Number.isFinite(other.value)
    ? '–'
    : (value / other.value).toFixed(2);
}
