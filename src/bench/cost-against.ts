import { renderTable } from '../dev/table.ts';
import { type CostCall, cores, medianMs, whole } from './cost-report.ts';
import type { BenchOptions } from './options.ts';
import { percentile } from './stats.ts';

/** A call of this checkout, and two of the other one. */
type AgainstRound = Readonly<Record<'before' | 'here' | 'again', CostCall>>;

/** What the JSON file holds. */
export interface AgainstReport {
  readonly startedAt: string;
  readonly notes: readonly string[];
  readonly options: BenchOptions;
  readonly rounds: readonly AgainstRound[];
}

/** A row a round, and the medians of this checkout beside the spread of the other one's calls. */
export function renderAgainst({ notes, rounds }: AgainstReport): string {
  const rows = rounds.map(({ before, again, here }, at) => [
    `${at + 1}`,
    ...[before, again, here].flatMap((call) => [cores(call).toFixed(3), whole(medianMs(call))]),
    `${before.lost + again.lost + here.lost}`,
  ]);
  const of = (name: string) => [`${name}: cores`, 'v2v p50 ms'];
  const head = ['round', ...of('before'), ...of('again'), ...of('here'), 'lost'];
  return [
    notes.join('\n'),
    renderTable([head, ...rows], 'right'),
    `CPU a second of call: ${verdict(rounds, cores, (value) => `${value.toFixed(3)} cores`)}`,
    `voice to voice, p50: ${verdict(rounds, medianMs, (value) => `${Math.round(value)} ms`)}`,
  ].join('\n\n');
}

function verdict(
  rounds: readonly AgainstRound[],
  figure: (call: CostCall) => number | undefined,
  show: (value: number) => string,
): string {
  const here = percentile(
    rounds.flatMap((round) => figure(round.here) ?? []),
    0.5,
  );
  const others = rounds.flatMap(({ before, again }) => [figure(before) ?? [], figure(again) ?? []].flat());
  if (here === undefined || Number.isNaN(here) || others.length === 0) return 'not measured';
  const [least, most] = [Math.min(...others), Math.max(...others)];
  const place = here > most ? 'ABOVE' : here < least ? 'below' : 'within';
  return `median here ${show(here)}, ${place} what the other checkout has: ${show(least)} to ${show(most)}, median ${show(percentile(others, 0.5) ?? 0)}`;
}
