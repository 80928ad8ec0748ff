import type { TurnParts } from '../call/turn-record.ts';
import type { AgentEvent } from '../probe/observed.ts';
import { type RunResult, turnsOf } from './results.ts';
import { percentile } from './stats.ts';

/** The parts that add up to `totalMs`, then those that overlap with them. */
const PARTS = [
  ['pauseMs', 'pause seen, audio sent'],
  ['sttMs', 'transcript'],
  ['holdMs', 'model asked'],
  ['llmTtftMs', 'first token'],
  ['clauseMs', 'first clause sent'],
  ['ttsTtfbMs', 'first byte of sound'],
  ['readyMs', 'played'],
  ['totalMs', 'all of it'],
  ['endpointingMs', 'turn decided, beside these'],
] as const satisfies readonly (readonly [keyof TurnParts, string])[];
const CHAIN_LENGTH = 7;
/** Rounding of each part. */
const TOLERANCE_MS = 20;

/** What the worker itself says about a turn: the last record that it sent. */
export function recordOf(events: readonly AgentEvent[]): TurnParts | undefined {
  const parts = events.findLast(({ type }) => type === 'turn')?.parts;
  return typeof parts === 'object' && parts !== null ? (parts as TurnParts) : undefined;
}

/** Where the time went by the worker's own record, medians, and how many records do not add up. */
export function recordRows(columns: readonly { title: string; run: RunResult }[]): string[][] {
  const records = columns.map(({ run }) => turnsOf(run).flatMap(({ record }) => record ?? []));
  if (records.every(({ length }) => length === 0)) return [];
  const rows = PARTS.map(([key, name]) => [
    `${key}: ${name}`,
    ...records.map((all) => median(all.flatMap((record) => record[key] ?? []))),
  ]);
  const wrong = records.map((all) => `${all.filter((record) => !addsUp(record)).length} of ${all.length}`);
  return [
    ['the worker’s own record, p50 ms', ...columns.map(({ title }) => title)],
    ...rows,
    [`parts that miss the whole by over ${TOLERANCE_MS} ms`, ...wrong],
  ];
}

export function addsUp(record: TurnParts): boolean {
  const parts = PARTS.slice(0, CHAIN_LENGTH).map(([key]) => record[key] ?? 0);
  const whole = parts.reduce((sum, part) => sum + part, 0);
  return record.totalMs === undefined || Math.abs(whole - record.totalMs) <= TOLERANCE_MS;
}

function median(values: readonly number[]): string {
  const value = percentile(values, 0.5);
  return value === undefined ? '–' : `${Math.round(value)} (${values.length})`;
}
