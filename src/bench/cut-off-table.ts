import { extra } from './metrics.ts';
import { type RunResult, type TurnResult, turnsOf } from './results.ts';
import { percentile, share } from './stats.ts';

interface Column {
  readonly title: string;
  readonly run: RunResult;
}

/** Kinds of sentences of the labelled set, by what makes them hard. */
const KINDS: readonly (readonly [name: string, is: (turn: TurnResult) => boolean])[] = [
  ['all', () => true],
  ['no pause', ({ pauseMs }) => pauseMs === 0],
  ...[200, 400, 600, 900].map(
    (ms) => [`pause of ${ms} ms`, (turn: TurnResult) => turn.pauseMs === ms] as const,
  ),
  ['pause inside a clause', ({ pauseMs, looksComplete }) => pauseMs > 0 && !looksComplete],
  ['pause after a whole clause', ({ looksComplete }) => looksComplete],
  ['background noise', ({ snrDb }) => snrDb !== undefined],
  ['Malay', ({ voice }) => voice.startsWith('ms')],
];

/** Being patient beside being fast, one row for each kind of sentence; no rows without the labelled set. */
export function cutOffRows(all: readonly Column[]): string[][] {
  const columns = labelledOf(all);
  const heading = columns.flatMap(({ title }) => [`${title}: n`, 'cut off', '%', 'p50 ms', 'p95 ms']);
  const turns = columns.map(({ run }) => turnsOf(run, 'labelled'));
  return byKind(['labelled set', ...heading], KINDS, turns, cells);
}

/** Not every pipeline is asked the labelled set. */
const labelledOf = (columns: readonly Column[]): readonly Column[] =>
  columns.filter(({ run }) => turnsOf(run, 'labelled').length > 0);

/** A row for each kind that any run has turns of. */
function byKind(
  heading: string[],
  kinds: typeof KINDS,
  runs: readonly (readonly TurnResult[])[],
  cellsOf: (turns: readonly TurnResult[]) => string[],
): string[][] {
  const rows = kinds.flatMap(([name, is]) => {
    const turns = runs.map((run) => run.filter(is));
    return turns.every(({ length }) => length === 0) ? [] : [[name, ...turns.flatMap(cellsOf)]];
  });
  return rows.length === 0 ? [] : [heading, ...rows];
}

function cells(turns: readonly TurnResult[]): string[] {
  const count = (kind: TurnResult['cutOff']) => turns.filter(({ cutOff }) => cutOff === kind).length;
  const [over, first] = [count('talked over'), count('first part only')];
  const waits = turns.flatMap(({ voiceToVoiceMs }) => voiceToVoiceMs ?? []);
  const rate = share(over + first, turns.length);
  const ms = (value: number | undefined) => (value === undefined ? '–' : String(Math.round(value)));
  return [
    String(turns.length),
    over + first === 0 ? '0' : `${over} over, ${first} part`,
    rate === undefined ? '–' : (rate * 100).toFixed(1),
    ms(percentile(waits, 0.5)),
    ms(percentile(waits, 0.95)),
  ];
}

/** What speculation costs the endpoints, per sentence; no rows with real endpoints. */
export function requestRows(all: readonly Column[]): string[][] {
  const labelled = labelledOf(all);
  const columns = labelled.length > 0 ? labelled : all;
  const heading = columns.flatMap(({ title }) => [`${title}: n`, 'STT +', 'LLM +', 'aborted', 'at once']);
  const turns = columns.map(({ run }) =>
    turnsOf(run).filter(({ requests, set }) => requests && set !== 'bargein'),
  );
  const kinds = KINDS.filter(([name]) => /pause/.test(name));
  return byKind(['requests beyond one a turn', ...heading], kinds, turns, requestCells);
}

function requestCells(turns: readonly TurnResult[]): string[] {
  const all = turns.flatMap(({ requests }) => (requests ? Object.values(requests) : []));
  const total = all.reduce((sum, { total: one }) => sum + one, 0);
  const aborted = all.reduce((sum, { aborted: one }) => sum + one, 0);
  return [
    String(turns.length),
    extra(turns, 'stt')?.toFixed(2) ?? '–',
    extra(turns, 'llm')?.toFixed(2) ?? '–',
    `${aborted} of ${total}`,
    String(Math.max(0, ...all.map(({ atOnce }) => atOnce))),
  ];
}
