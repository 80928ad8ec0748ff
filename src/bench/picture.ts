import type { Report } from './report.ts';
import { type RunResult, type TurnResult, turnsOf } from './results.ts';
import { percentile } from './stats.ts';
import { element, FAINT, GRID, INK, label } from './svg.ts';
import { bySpeed, PARTS, partsOf, typicalParts } from './waterfall.ts';

const WIDTH = 1040;
const LEFT = 150;
const RIGHT = 40;
const TOP = 96;
const PLOT = WIDTH - LEFT - RIGHT;
const MOST_ROWS = 60;
const TALLEST_ROW = 14;
const ROWS_HEIGHT = 190;
const BAR_HEIGHT = 26;
const HISTOGRAM_HEIGHT = 70;
const PANEL_GAP = 44;
const BIN_MS = 50;
/** Of small text, about. */
const LETTER_WIDTH = 5.7;
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/** Milliseconds to a place on the axis that all panels share. */
type Scale = (ms: number) => number;

/**
 * The waits as a picture (SVG): of each run the typical turn and all turns as waterfalls, fastest first, and how the
 * waits are spread, all on one axis of time.
 */
export function drawPicture({ runs, startedAt }: Report): string {
  const longest = Math.max(1000, ...runs.flatMap(waits));
  const endMs = Math.ceil(longest / 250) * 250;
  const scale: Scale = (ms) => LEFT + (ms / endMs) * PLOT;
  const rowsHeight = Math.min(
    ROWS_HEIGHT,
    Math.max(3, ...runs.map((run) => waits(run).length)) * TALLEST_ROW,
  );
  const panelHeight = BAR_HEIGHT + 14 + rowsHeight + 10 + HISTOGRAM_HEIGHT;
  const panels = runs.map((run, index) =>
    panel(run, TOP + index * (panelHeight + PANEL_GAP), rowsHeight, scale),
  );
  const bottom = TOP + runs.length * (panelHeight + PANEL_GAP) - PANEL_GAP;
  const height = bottom + 44;
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${WIDTH} ${height}`,
      width: WIDTH,
      height,
      'font-family': FONT,
      role: 'img',
    },
    element('title', {}, 'Voice-to-voice latency by stage'),
    element('rect', { width: WIDTH, height, fill: '#ffffff' }),
    label(LEFT, 34, 'From the caller’s last sound to the answer’s first', { size: 20, weight: 600 }),
    label(WIDTH - RIGHT, 34, `${startedAt.slice(0, 16).replace('T', ' ')}`, {
      fill: FAINT,
      anchor: 'end',
    }),
    legend(),
    grid(endMs, scale, bottom),
    ...panels,
  )}\n`;
}

const waits = (run: RunResult): number[] =>
  turnsOf(run, 'latency').flatMap(({ voiceToVoiceMs }) => voiceToVoiceMs ?? []);

function legend(): string {
  let x = LEFT;
  return PARTS.map(({ name, color }) => {
    const entry =
      element('rect', { x, y: 52, width: 11, height: 11, rx: 2, fill: color }) +
      label(x + 16, 62, name, { size: 11 });
    x += 16 + name.length * LETTER_WIDTH + 18;
    return entry;
  }).join('');
}

function grid(endMs: number, scale: Scale, bottom: number): string {
  const step = endMs > 2500 ? 500 : 250;
  const ticks = Array.from({ length: Math.floor(endMs / step) + 1 }, (_, index) => index * step);
  return ticks
    .map((ms) => {
      const x = scale(ms);
      const line = element('line', { x1: x, x2: x, y1: TOP - 12, y2: bottom, stroke: GRID });
      return (
        line + label(x, bottom + 20, ms === 0 ? '0' : `${ms} ms`, { size: 11, fill: FAINT, anchor: 'middle' })
      );
    })
    .join('');
}

function panel(run: RunResult, y: number, rowsHeight: number, scale: Scale): string {
  const turns = turnsOf(run, 'latency');
  const all = waits(run);
  const [median, late] = [percentile(all, 0.5), percentile(all, 0.95)];
  const typical = typicalParts(turns);
  const rowsY = y + BAR_HEIGHT + 14;
  const histogramY = rowsY + rowsHeight + 10;
  const names = [
    label(LEFT - 14, y + 18, `${run.pipeline} ${run.sttMode}`, { size: 16, weight: 600, anchor: 'end' }),
    label(LEFT - 14, y + 36, `p50 ${shown(median)}`, { size: 12, anchor: 'end' }),
    label(LEFT - 14, y + 52, `p95 ${shown(late)}`, { size: 12, fill: FAINT, anchor: 'end' }),
    label(LEFT - 14, rowsY + 28, `${all.length} turns,`, { size: 11, fill: FAINT, anchor: 'end' }),
    label(LEFT - 14, rowsY + 42, 'fastest first', { size: 11, fill: FAINT, anchor: 'end' }),
    label(LEFT - 14, histogramY + HISTOGRAM_HEIGHT - 2, `per ${BIN_MS} ms`, {
      size: 11,
      fill: FAINT,
      anchor: 'end',
    }),
  ];
  return [
    ...names,
    typical
      ? bar(typical, y, BAR_HEIGHT, scale, true)
      : label(LEFT, y + 18, 'no stage times', { fill: FAINT }),
    rows(turns, rowsY, rowsHeight, scale),
    histogram(all, histogramY, scale),
    marker(median, 'p50', y, histogramY + HISTOGRAM_HEIGHT, scale),
    marker(late, 'p95', y, histogramY + HISTOGRAM_HEIGHT, scale),
  ].join('');
}

/** One waterfall; the parts of a tall one are lettered with their length. */
function bar(parts: readonly number[], y: number, height: number, scale: Scale, lettered = false): string {
  let atMs = 0;
  return parts
    .map((lengthMs, index) => {
      const x = scale(atMs);
      const width = scale(atMs + lengthMs) - x;
      atMs += lengthMs;
      if (width <= 0) return '';
      const text =
        lettered && width > 26
          ? label(x + width / 2, y + height / 2 + 4, String(Math.round(lengthMs)), {
              size: 11,
              weight: 600,
              anchor: 'middle',
            })
          : '';
      return element('rect', { x, y, width, height, fill: PARTS[index]?.color ?? INK }) + text;
    })
    .join('');
}

function rows(turns: readonly TurnResult[], y: number, rowsHeight: number, scale: Scale): string {
  const all = bySpeed(turns);
  const count = Math.min(MOST_ROWS, all.length);
  const height = Math.min(TALLEST_ROW, rowsHeight / Math.max(1, count));
  return Array.from({ length: count }, (_, row) => {
    const stages = all[Math.floor((row * all.length) / count)];
    return stages ? bar(partsOf(stages), y + row * height, Math.max(1, height - 1), scale) : '';
  }).join('');
}

function histogram(all: readonly number[], y: number, scale: Scale): string {
  const bins = new Map<number, number>();
  for (const ms of all) {
    const bin = Math.floor(ms / BIN_MS);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
  }
  const most = Math.max(1, ...bins.values());
  const base = y + HISTOGRAM_HEIGHT;
  const bars = [...bins].map(([bin, count]) => {
    const x = scale(bin * BIN_MS);
    const height = (count / most) * HISTOGRAM_HEIGHT;
    const width = Math.max(1, scale((bin + 1) * BIN_MS) - x - 1);
    return element('rect', { x, y: base - height, width, height, fill: '#52606d' });
  });
  return [...bars, element('line', { x1: LEFT, x2: LEFT + PLOT, y1: base, y2: base, stroke: INK })].join('');
}

function marker(ms: number | undefined, name: string, top: number, bottom: number, scale: Scale): string {
  if (ms === undefined) return '';
  const x = scale(ms);
  const line = { x1: x, x2: x, y1: top - 6, y2: bottom, stroke: '#d64545', 'stroke-dasharray': '3 3' };
  return element('line', line) + label(x, top - 10, name, { size: 10, fill: '#d64545', anchor: 'middle' });
}

const shown = (ms: number | undefined): string => (ms === undefined ? '–' : `${Math.round(ms)} ms`);
