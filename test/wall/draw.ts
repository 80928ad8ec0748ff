import { element, FAINT, GRID, label } from '../../src/bench/svg.ts';
import type { DrawnPanel, Line, Range } from './panels.ts';

const COLUMNS = 3;
const [WIDTH, HEIGHT, LEGEND_LINES, LINE_HEIGHT] = [440, 150, 5, 14];
const MARGIN = { left: 62, top: 30, right: 12, below: 18 };
const CELL = {
  width: WIDTH + MARGIN.left + MARGIN.right,
  height: HEIGHT + MARGIN.top + MARGIN.below + LEGEND_LINES * LINE_HEIGHT + 12,
};
const COLOURS = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#e377c2', '#17becf'];

/** The dashboard as a picture: its panels three in a row, each with its lines, their highest value and their names. */
export function drawWall(panels: readonly DrawnPanel[], range: Range): string {
  const cells = panels.map((panel, at) => {
    const [x, y] = [(at % COLUMNS) * CELL.width, Math.floor(at / COLUMNS) * CELL.height];
    return element('g', { transform: `translate(${x} ${y})` }, drawPanel(panel, range));
  });
  const [width, height] = [COLUMNS * CELL.width, Math.ceil(panels.length / COLUMNS) * CELL.height];
  const back = element('rect', { width, height, fill: 'white' });
  return element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', width, height, 'font-family': 'sans-serif' },
    ...[back, ...cells],
  );
}

function drawPanel({ title, unit, stacked = false, lines }: DrawnPanel, range: Range): string {
  const shown = stacked ? stack(lines) : lines;
  const values = shown.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite);
  const most = Math.max(0, ...values) || 1;
  const place = ([atS, value]: readonly [number, number]): string => {
    const x = ((atS - range.fromS) / (range.toS - range.fromS)) * WIDTH;
    return `${x.toFixed(1)},${(HEIGHT - (value / most) * HEIGHT).toFixed(1)}`;
  };
  const drawn = shown.map((line, at) => drawLine(line, colourOf(at), place, stacked));
  const grid = [0, 0.5, 1].flatMap((share) => [
    element('line', { x1: 0, x2: WIDTH, y1: HEIGHT * share, y2: HEIGHT * share, stroke: GRID }),
    label(-6, HEIGHT * share + 4, amount(most * (1 - share), unit), { size: 10, fill: FAINT, anchor: 'end' }),
  ]);
  const nothing =
    values.length === 0 ? [label(WIDTH / 2, HEIGHT / 2, 'no data', { fill: FAINT, anchor: 'middle' })] : [];
  const area = element(
    'g',
    { transform: `translate(${MARGIN.left} ${MARGIN.top})` },
    ...[...grid, ...(stacked ? drawn.toReversed() : drawn), ...nothing, ...legend(lines, unit)],
  );
  return label(8, 18, title, { size: 13, weight: 600 }) + area;
}

/** A line ends where a value is none, such as 0 / 0. */
function drawLine(
  { points }: Line,
  colour: string,
  place: (point: readonly [number, number]) => string,
  isFilled: boolean,
): string {
  const pieces: (readonly [number, number])[][] = [[]];
  for (const point of points) {
    if (Number.isFinite(point[1])) pieces.at(-1)?.push(point);
    else pieces.push([]);
  }
  const drawn = pieces.filter(({ length }) => length > 0);
  return drawn
    .map((piece) => {
      const ends = isFilled ? [[piece[0]?.[0] ?? 0, 0] as const, [piece.at(-1)?.[0] ?? 0, 0] as const] : [];
      const all = [...ends.slice(0, 1), ...piece, ...ends.slice(1)].map(place).join(' ');
      const fill = isFilled ? colour : 'none';
      return element('polyline', { points: all, fill, stroke: colour, 'stroke-width': 1.5 });
    })
    .join('');
}

/** Each on top of those before it. */
function stack(lines: readonly Line[]): Line[] {
  const sums = new Map<number, number>();
  return lines.map(({ name, points }) => ({
    name,
    points: points.map(([atS, value]) => {
      const sum = (sums.get(atS) ?? 0) + (Number.isFinite(value) ? value : 0);
      sums.set(atS, sum);
      return [atS, sum] as const;
    }),
  }));
}

function legend(lines: readonly Line[], unit: string): string[] {
  const y = (row: number) => HEIGHT + MARGIN.below + row * LINE_HEIGHT;
  const rows = lines.slice(0, LEGEND_LINES).map(({ name, points }, at) => {
    const last = points.findLast(([, value]) => Number.isFinite(value))?.[1];
    const text = `${name.slice(0, 60)}  ${last === undefined ? '' : amount(last, unit)}`;
    return label(0, y(at), `■ ${text}`, { size: 11, fill: colourOf(at) });
  });
  const more = lines.length - LEGEND_LINES;
  return more > 0
    ? [...rows, label(0, y(LEGEND_LINES), `and ${more} more`, { size: 11, fill: FAINT })]
    : rows;
}

const colourOf = (at: number): string => COLOURS[at % COLOURS.length] ?? '#000';

function amount(value: number, unit: string): string {
  if (unit === 's') return value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(2)} s`;
  if (unit === 'percentunit') return `${(value * 100).toFixed(1)} %`;
  if (unit === 'bytes') return `${(value / 2 ** 20).toFixed(0)} MiB`;
  return `${Number(value.toPrecision(3))}`;
}
