import { renderTable } from '../dev/table.ts';
import type { BenchOptions } from './options.ts';
import { percentile } from './stats.ts';

/** What the project promises of all of it switched on. */
const MORE_CPU = 0.1;
const MORE_MS = 15;

/** One call. */
export interface CostCall {
  /** Of all processes of the worker, until it was at rest again. */
  readonly cpuS: number;
  readonly durationMs: number;
  readonly voiceToVoiceMs: readonly number[];
  readonly lost: number;
  /** Requests with traces, and messages of the webhook, that arrived. */
  readonly traces: number;
  readonly messages: number;
}

export interface CostPair {
  readonly off: CostCall;
  readonly on: CostCall;
}

/** What the JSON file holds. */
export interface CostReport {
  readonly startedAt: string;
  readonly notes: readonly string[];
  readonly options: BenchOptions;
  readonly pairs: readonly CostPair[];
}

/** Of one pair. */
interface Difference {
  /** CPU a second of call: how many times as much as without. */
  readonly cpuRatio: number;
  /** Of the medians of its turns; `undefined`: one of the calls had no answer. */
  readonly moreMs: number | undefined;
}

export const cores = ({ cpuS, durationMs }: CostCall): number => cpuS / (durationMs / 1000);
export const medianMs = ({ voiceToVoiceMs }: CostCall): number | undefined => percentile(voiceToVoiceMs, 0.5);

function differenceOf({ off, on }: CostPair): Difference {
  const [without, withAll] = [medianMs(off), medianMs(on)];
  return {
    cpuRatio: cores(on) / cores(off),
    moreMs: without === undefined || withAll === undefined ? undefined : withAll - without,
  };
}

/** A row a pair, and the medians beside what is promised. */
export function renderCost({ notes, pairs }: CostReport): string {
  const differences = pairs.map(differenceOf);
  const cpuRatio = percentile(
    differences.map((one) => one.cpuRatio),
    0.5,
  );
  const moreMs = percentile(
    differences.flatMap((one) => one.moreMs ?? []),
    0.5,
  );
  const rows = pairs.map(({ off, on }, at) => {
    const { cpuRatio: ratio, moreMs: more } = differences[at] as Difference;
    const cells = [off, on].flatMap((call) => [cores(call).toFixed(3), whole(medianMs(call))]);
    return [`${at + 1}`, ...cells, percent(ratio), whole(more), `${off.lost + on.lost}`];
  });
  const head = [
    'pair',
    'off: cores',
    'v2v p50 ms',
    'on: cores',
    'v2v p50 ms',
    'more CPU',
    'later ms',
    'lost',
  ];
  return [
    notes.join('\n'),
    renderTable([head, ...rows], 'right'),
    `CPU a call, median of ${pairs.length} pairs: ${judged(cpuRatio && cpuRatio - 1, MORE_CPU, percentOf)}`,
    `voice to voice, median of the pairs' medians: ${judged(moreMs, MORE_MS, (ms) => `${Math.round(ms)} ms`)}`,
    ...missing(pairs),
  ].join('\n\n');
}

/** What is switched on and never arrived has cost nothing. */
function missing(pairs: readonly CostPair[]): string[] {
  const without = (what: 'traces' | 'messages') =>
    pairs.flatMap(({ on }, at) => (on[what] === 0 ? [at + 1] : []));
  const all = { traces: without('traces'), messages: without('messages') };
  return Object.entries(all).flatMap(([what, numbers]) =>
    numbers.length > 0 ? [`NOT MEASURED: no ${what} arrived in pair ${numbers.join(', ')}`] : [],
  );
}

function judged(more: number | undefined, most: number, show: (value: number) => string): string {
  if (more === undefined || Number.isNaN(more)) return 'not measured';
  return `${more > 0 ? '+' : ''}${show(more)}, ${more <= most ? 'within' : 'MORE THAN'} +${show(most)}`;
}

const percentOf = (value: number): string => `${(100 * value).toFixed(1)} %`;
const percent = (ratio: number): string => percentOf(ratio - 1);
export const whole = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(0));
