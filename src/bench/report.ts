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
  /** What our first run is compared with: another pipeline, or itself before. */
  readonly isCompared: boolean;
}

/** The figures of all runs side by side, those of an earlier bench with them. */
export function renderReport(done: Report, earlier?: Report): string {
  const columns = [...columnsOf(done, ''), ...(earlier ? columnsOf(earlier, ' before') : [])];
  const tables = [figures(columns), cutOffRows(columns), requestRows(columns), recordRows(columns)];
  const shownTables = tables.filter((rows) => rows.length > 0).map(renderColumns);
  return [done.notes.join('\n'), ...shownTables].join('\n\n');
}

const columnsOf = (report: Report, suffix: string): Column[] =>
  report.runs.map((run) => {
    const mode = run.sttMode === report.runs[0]?.sttMode ? '' : ` ${run.sttMode}`;
    const isCompared = run.pipeline === 'stock' || suffix !== '';
    return { title: `${run.pipeline}${mode}${suffix}`, run, conditions: report, isCompared };
  });

function figures(columns: readonly Column[]): string[][] {
  const all = columns.map(({ run, conditions }) => metricsOf(run, conditions));
  const compared = columns.flatMap(({ isCompared }, at) => (isCompared ? [at] : []));
  const heading = [
    '',
    'target',
    ...columns.map(({ title }) => title),
    ...compared.map((at) => `own / ${columns[at]?.title}`),
  ];
  const rows = (all[0] ?? []).map((metric, row) => {
    const cells = all.map((metrics, at) => shown(metrics[row], columns[at]?.isCompared === false));
    const ratios = compared.map((at) => ratio(metric, all[at]?.[row]));
    const targets = all.flatMap((metrics) => metrics[row]?.target ?? []);
    return [
      metric.name,
      [...new Set(targets)].map((target) => `≤ ${target}`).join(', '),
      ...cells,
      ...ratios,
    ];
  });
  return [heading, ...rows.filter((row) => row.slice(2).some((cell) => cell !== '–'))];
}

function shown(metric: Metric | undefined, judged: boolean): string {
  if (metric?.value === undefined) return '–';
  const { value, digits, n, target } = metric;
  const number = Number.isFinite(value) ? value.toFixed(digits) : 'never';
  return `${number}${n === undefined ? '' : ` (${n})`}${judged ? mark(value, target) : ''}`;
}

function ratio({ value, ratioTarget }: Metric, other: Metric | undefined): string {
  if (value === undefined || !other?.value || !Number.isFinite(value) || !Number.isFinite(other.value))
    return '–';
  const found = value / other.value;
  return `${found.toFixed(2)}${ratioTarget === undefined ? '' : ` (≤ ${ratioTarget})${mark(found, ratioTarget)}`}`;
}

const mark = (value: number, target: number | undefined): string =>
  target === undefined ? '' : value <= target ? ' ✓' : ' ✗';
