import { element, FAINT, GRID, INK, label } from '../../src/bench/svg.ts';

export interface Point {
  /** Cut off, 0 to 1. */
  readonly cutOff: number;
  readonly p50Ms: number;
  /** The policy as it is, rather than with longer or shorter waits. */
  readonly isItself: boolean;
}

const SIZE = { width: 900, height: 560 };
const PLOT = { left: 70, right: 640, top: 40, bottom: 500 };
const COLOURS = ['#1f2933', '#d64545', '#2f6fde', '#2f9e44', '#e8890c', '#8a4bd1', '#0c8599', '#c2255c'];
const TICKS_MS = [600, 700, 800, 900, 1000, 1200, 1400, 1600];
const TICKS_SHARE = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4];

/** The share that is cut off against the median delay, a line for each policy; a dot is the policy as it is. */
export function curvesSvg(curves: ReadonlyMap<string, readonly Point[]>, title: string): string {
  const x = (ms: number) =>
    PLOT.left + ((Math.min(1600, Math.max(600, ms)) - 600) / 1000) * (PLOT.right - PLOT.left);
  // Square roots spread what is near 0.
  const y = (share: number) =>
    PLOT.bottom - (Math.sqrt(Math.min(0.4, share)) / Math.sqrt(0.4)) * (PLOT.bottom - PLOT.top);
  const grid = [
    ...TICKS_MS.flatMap((ms) => [
      element('line', { x1: x(ms), x2: x(ms), y1: PLOT.top, y2: PLOT.bottom, stroke: GRID }),
      label(x(ms), PLOT.bottom + 18, String(ms), { anchor: 'middle', fill: FAINT, size: 11 }),
    ]),
    ...TICKS_SHARE.flatMap((share) => [
      element('line', { x1: PLOT.left, x2: PLOT.right, y1: y(share), y2: y(share), stroke: GRID }),
      label(PLOT.left - 8, y(share) + 4, `${Math.round(share * 100)} %`, {
        anchor: 'end',
        fill: FAINT,
        size: 11,
      }),
    ]),
    label((PLOT.left + PLOT.right) / 2, PLOT.bottom + 40, 'p50 of the delay, last sound → answer, ms', {
      anchor: 'middle',
    }),
    label(PLOT.left, 22, title, { weight: 600, size: 14 }),
  ];
  const lines = [...curves].flatMap(([name, points], index) => {
    const stroke = COLOURS[index % COLOURS.length] ?? INK;
    const path = points
      .map(({ p50Ms, cutOff }) => `${x(p50Ms).toFixed(1)},${y(cutOff).toFixed(1)}`)
      .join(' ');
    const at = PLOT.top + 20 + index * 22;
    return [
      element('polyline', { points: path, fill: 'none', stroke, 'stroke-width': 1.5 }),
      ...points
        .filter(({ isItself }) => isItself)
        .map(({ p50Ms, cutOff }) => element('circle', { cx: x(p50Ms), cy: y(cutOff), r: 5, fill: stroke })),
      element('line', { x1: 660, x2: 684, y1: at, y2: at, stroke, 'stroke-width': 3 }),
      label(692, at + 4, name, { size: 12 }),
    ];
  });
  const { width, height } = SIZE;
  return element(
    'svg',
    {
      ...{ xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}` },
      'font-family': 'sans-serif',
    },
    element('title', {}, title),
    element('rect', { width, height, fill: '#ffffff' }),
    ...grid,
    ...lines,
  );
}
