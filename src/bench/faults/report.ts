import { renderTable } from '../../dev/table.ts';
import type { BenchOptions } from '../options.ts';
import { percentile } from '../stats.ts';
import type { BrokenCall } from './broken-calls.ts';
import type { SceneResult } from './call.ts';
import { SCENES } from './scenes.ts';

/** All that a bench with faults found; what the JSON file holds. */
export interface FaultsReport {
  readonly startedAt: string;
  /** A line of what it ran on. */
  readonly machine: string;
  readonly options: BenchOptions;
  readonly calls: SceneResult[];
  readonly killed: BrokenCall[];
  readonly away: BrokenCall[];
  /** Calls that could not be made. */
  readonly failed: { name: string; why: string }[];
}

/** A figure that is to be met, up to this. */
interface Figure {
  readonly name: string;
  readonly value: number | undefined;
  readonly target: number;
  readonly digits?: number;
}

/** The targets with what was measured, then each call by itself. */
export function renderFaults(report: FaultsReport): string {
  const { settings, speeds } = report.options;
  const given = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  const conditions = [
    report.machine,
    `worker      one a row, \`start\` from source by tsx, ${given.length === 0 ? 'default configuration' : given.join(' ')}`,
    `endpoints   simulated: STT ${speeds.sttMs} ms, LLM first token ${speeds.llmTtftMs} ms, TTS first byte ${speeds.ttsTtfbMs} ms`,
    ...report.failed.map(({ name, why }) => `failed      ${name}: ${why}`),
  ];
  const tables = [callRows(report), figureRows(figuresOf(report))].filter((rows) => rows.length > 1);
  return [conditions.join('\n'), ...tables.map((rows) => renderTable(rows, 'right'))].join('\n\n');
}

const all = ({ stt, llm, tts }: SceneResult['requests']): number => stt + llm + tts;
const answersOf = (turns: SceneResult['turns']): number[] =>
  turns.map(({ answerMs }) => answerMs ?? Number.POSITIVE_INFINITY);
const lostOf = (turns: SceneResult['turns']): number =>
  turns.filter(({ answerMs }) => answerMs === undefined).length;

/** The targets, of the calls that were made. */
export function figuresOf({ calls, killed, away }: FaultsReport): Figure[] {
  const figures: Figure[] = [];
  const call = (name: string) => calls.find((one) => one.name === name);
  const p = (share: number, turns: SceneResult['turns']) => percentile(answersOf(turns), share);
  const [healthy, hang, refused] = [call('healthy'), call('hang'), call('500')];
  if (hang) {
    figures.push({ name: 'every 5th hangs: p50 ms', value: p(0.5, hang.turns), target: 1200 });
    figures.push({ name: '… p95 ms', value: p(0.95, hang.turns), target: 2500 });
    const isSame = healthy?.turns.length === hang.turns.length;
    const ratio = healthy && isSame ? all(hang.requests) / all(healthy.requests) : undefined;
    figures.push({ name: '… requests ÷ those without faults', value: ratio, target: 1.3, digits: 2 });
  }
  if (refused)
    figures.push({ name: 'every 5th answers 500: p95 ms', value: p(0.95, refused.turns), target: 1200 });
  for (const one of calls.filter(({ name }) => ['refused', 'silent', 'dies'].includes(name))) {
    figures.push({ name: `${one.what}: turns lost`, value: lostOf(one.turns), target: 0 });
    const after = one.name === 'dies' ? afterEnd(one) : one.turns.slice(1);
    figures.push({ name: '… p95 ms after the first', value: p(0.95, after), target: 1500 });
  }
  for (const one of calls.filter(({ name }) => name.startsWith('tts-'))) {
    const sounds = one.turns.map(({ soundMs }) => soundMs ?? Number.POSITIVE_INFINITY);
    figures.push({ name: `${one.what}: something heard, ms`, value: Math.max(...sounds), target: 2500 });
  }
  figures.push(...brokenFigures('host killed in an answer', killed), ...brokenFigures('LiveKit away', away));
  return figures;
}

/** Turns after the one in which the server ended. */
function afterEnd({ turns }: SceneResult): SceneResult['turns'] {
  return turns.slice((SCENES.find(({ name }) => name === 'dies')?.endsAt ?? 0) + 1);
}

function brokenFigures(what: string, calls: readonly BrokenCall[]): Figure[] {
  if (calls.length === 0) return [];
  const longest = Math.max(...calls.map(({ goesOnMs }) => goesOnMs ?? Number.POSITIVE_INFINITY));
  return [
    { name: `${what}: goes on after, ms (longest of ${calls.length})`, value: longest, target: 3000 },
    {
      name: '… without what was said before',
      value: calls.filter(({ hasContext }) => !hasContext).length,
      target: 0,
    },
  ];
}

const shown = (value: number | undefined, digits = 0): string => {
  if (value === undefined) return '–';
  return Number.isFinite(value) ? value.toFixed(digits) : 'never';
};

const figureRows = (figures: readonly Figure[]): string[][] => [
  ['', 'target', 'measured'],
  ...figures.map(({ name, value, target, digits }) => [
    name,
    `≤ ${target}`,
    `${shown(value, digits)} ${value !== undefined && value <= target ? '✓' : '✗'}`,
  ]),
];

/** Each call: waits for the answer, longest silence, requests. */
function callRows({ calls }: FaultsReport): string[][] {
  const heading = [
    '',
    'turns',
    'lost',
    'first',
    'p50 ms',
    'p95 ms',
    'longest silence',
    'greeting',
    'stt',
    'llm',
    'tts',
    'goes on',
  ];
  const rows = calls.map(({ what, turns, greetingMs, requests, wentOnMs }) => [
    what,
    `${turns.length}`,
    `${lostOf(turns)}`,
    shown(answersOf(turns)[0]),
    ...[0.5, 0.95].map((share) => shown(percentile(answersOf(turns), share))),
    shown(Math.max(...turns.map(({ silentMs }) => silentMs))),
    shown(greetingMs),
    ...[requests.stt, requests.llm, requests.tts].map(String),
    shown(wentOnMs),
  ]);
  return [heading, ...rows];
}
