import { renderTable } from '../dev/table.ts';
import { cutOffRows, requestRows } from './cut-off-table.ts';
import { figureRows } from './figures.ts';
import { type Conditions, metricsOf } from './metrics.ts';
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
  const figures = figureRows(
    columns.map((column) => ({ ...column, metrics: metricsOf(column.run, column.conditions) })),
  );
  const tables = [figures, cutOffRows(columns), requestRows(columns), recordRows(columns)];
  const shownTables = tables.filter((rows) => rows.length > 0).map((rows) => renderTable(rows, 'right'));
  return [done.notes.join('\n'), ...shownTables].join('\n\n');
}

const columnsOf = (report: Report, suffix: string): Column[] =>
  report.runs.map((run) => {
    const mode = run.sttMode === report.runs[0]?.sttMode ? '' : ` ${run.sttMode}`;
    const isCompared = run.pipeline === 'stock' || suffix !== '';
    return { title: `${run.pipeline}${mode}${suffix}`, run, conditions: report, isCompared };
  });
