/** Of some values: how many, the middle, and the one that 95 % do not exceed (nearest rank); `undefined` of none. */
export interface Summary {
  readonly n: number;
  readonly p50: number;
  readonly p95: number;
}

export function summary(values: readonly (number | undefined)[]): Summary | undefined {
  const known = values.filter((value) => value !== undefined);
  const [p50, p95] = [percentile(known, 0.5), percentile(known, 0.95)];
  return p50 === undefined || p95 === undefined ? undefined : { n: known.length, p50, p95 };
}

/** The smallest value that at least `share` of all do not exceed; the mean of both middle ones for the median. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  const value = sorted[rank - 1];
  const next = sorted[rank];
  if (value === undefined) return undefined;
  return share === 0.5 && sorted.length % 2 === 0 && next !== undefined ? (value + next) / 2 : value;
}

/** 0 to 1; `undefined` of none. */
export function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}

export const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;

/** A straight line through points. */
export interface Line {
  readonly slope: number;
  /** Standard error of the slope: how much of it is noise. */
  readonly error: number;
}

/** The line with the least squares; `undefined` of fewer than three points, or of points at one place. */
export function lineThrough(points: readonly (readonly [x: number, y: number])[]): Line | undefined {
  const n = points.length;
  const [meanX, meanY] = [mean(points.map(([x]) => x)) ?? 0, mean(points.map(([, y]) => y)) ?? 0];
  const sum = (of: (x: number, y: number) => number) =>
    points.reduce((total, [x, y]) => total + of(x - meanX, y - meanY), 0);
  const spread = sum((x) => x * x);
  if (n < 3 || spread === 0) return undefined;
  const slope = sum((x, y) => x * y) / spread;
  const residue = sum((x, y) => (y - slope * x) ** 2);
  return { slope, error: Math.sqrt(residue / (n - 2) / spread) };
}

/** Numbers from 0 to 1, always the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
