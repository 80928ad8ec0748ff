import { renderColumns } from './columns.ts';
import { metricsOf } from './metrics.ts';
import type { BenchOptions } from './options.ts';
import type { RunResult } from './results.ts';

/** All that a bench found; what the JSON file holds. */
export interface Report {
  readonly startedAt: string;
  readonly options: BenchOptions;
  readonly runs: readonly RunResult[];
}

/** The figures of all runs, side by side. */
export function renderReport({ runs }: Report): string {
  const rows = runs.map(metricsOf);
  const names = rows[0]?.map(({ name }) => name) ?? [];
  return renderColumns([
    ['', ...runs.map(({ pipeline }) => pipeline)],
    ...names.map((name, index) => [name, ...rows.map((row) => row[index]?.shown ?? '–')]),
  ]);
}
