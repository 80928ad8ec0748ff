import type { Metric } from './metrics.ts';

/** The figures of one run. */
export interface FigureColumn {
  readonly title: string;
  /** The same ones in the same order in every column. */
  readonly metrics: readonly Metric[];
  /** What our first run is compared with: another pipeline, or itself before. */
  readonly isCompared: boolean;
}

/** A metric a row, a run a column, then what ours are to those that they are compared with; empty rows are left out. */
export function figureRows(columns: readonly FigureColumn[]): string[][] {
  const all = columns.map(({ metrics }) => metrics);
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
      [...new Set(targets)].map((target) => `${metric.isLeast ? '≥' : '≤'} ${target}`).join(', '),
      ...cells,
      ...ratios,
    ];
  });
  return [heading, ...rows.filter((row) => row.slice(2).some((cell) => cell !== '–'))];
}

function shown(metric: Metric | undefined, hasTarget: boolean): string {
  if (metric?.value === undefined) return '–';
  const { value, digits, n, target, isLeast = false } = metric;
  const number = Number.isFinite(value) ? value.toFixed(digits) : 'never';
  return `${number}${n === undefined ? '' : ` (${n})`}${hasTarget ? mark(value, target, isLeast) : ''}`;
}

function ratio({ value, ratioTarget }: Metric, other: Metric | undefined): string {
  if (value === undefined || !other?.value || !Number.isFinite(value) || !Number.isFinite(other.value))
    return '–';
  const found = value / other.value;
  return `${found.toFixed(2)}${ratioTarget === undefined ? '' : ` (≤ ${ratioTarget})${mark(found, ratioTarget)}`}`;
}

function mark(value: number, target: number | undefined, isLeast = false): string {
  if (target === undefined) return '';
  return (isLeast ? value >= target : value <= target) ? ' ✓' : ' ✗';
}
