import { percentile } from '../../../src/bench/stats.ts';
import { type Scored, type Share, scoreOf } from '../score.ts';

/** A value with the interval that holds the true one in 95 of 100 samples. */
export interface Within {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** One figure, measured in calls and with the clock moved by hand. */
export interface Compared {
  readonly name: string;
  readonly inCalls: Within;
  readonly byClock: Within;
  /** Either value is within the other's interval. */
  readonly agrees: boolean;
}

/** The median, by the ranks that hold it: nothing is assumed of how delays are spread. NaN of none. */
export function medianWithin(values: readonly number[]): Within {
  const sorted = values.toSorted((a, b) => a - b);
  const reach = (1.959964 * Math.sqrt(sorted.length)) / 2;
  const low = sorted[Math.max(0, Math.floor(sorted.length / 2 - reach))] ?? Number.NaN;
  const high = sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length / 2 + reach))] ?? Number.NaN;
  return { value: percentile(sorted, 0.5) ?? Number.NaN, low, high };
}

/** Cut-offs with a pause and without, and the median delay, of the same utterances both ways. */
export function compared(inCalls: readonly Scored[], byClock: readonly Scored[]): Compared[] {
  const [call, clock] = [scoreOf(inCalls), scoreOf(byClock)];
  const row = (name: string, a: Within, b: Within): Compared => ({
    ...{ name, inCalls: a, byClock: b },
    agrees: holds(a, b.value) && holds(b, a.value),
  });
  return [
    row('cut off, pause 200–900 ms, %', percentOf(call.shortPauses), percentOf(clock.shortPauses)),
    row('cut off, no pause, %', percentOf(call.noPause), percentOf(clock.noPause)),
    row('p50 ms', medianWithin(delaysOf(inCalls)), medianWithin(delaysOf(byClock))),
  ];
}

const holds = ({ low, high }: Within, value: number): boolean => value >= low && value <= high;
const percentOf = ({ some, all, low, high }: Share): Within => ({
  value: (100 * some) / all,
  low: 100 * low,
  high: 100 * high,
});
const delaysOf = (all: readonly Scored[]): number[] =>
  all.filter(({ outcome }) => !outcome.cutOff && !outcome.isUnanswered).map(({ outcome }) => outcome.delayMs);

/**
 * Those that got an answer both ways. In noise in which the detector hears no end there is none by the clock, and in calls one
 * once the sound of the utterance, noise and all, is over: how late says how long the sound is.
 */
export function answeredBothWays(inCalls: readonly Scored[], byClock: readonly Scored[]) {
  const answered = (all: readonly Scored[]) =>
    new Set(all.filter(({ outcome }) => !outcome.isUnanswered).map(({ one }) => one.id));
  const [calls, clock] = [answered(inCalls), answered(byClock)];
  const both = ({ one }: Scored) => calls.has(one.id) && clock.has(one.id);
  return {
    inCalls: inCalls.filter(both),
    byClock: byClock.filter(both),
    others: inCalls.filter((one) => !both(one)),
  };
}

/** What came of each utterance, by its id. */
export const outcomesOf = (all: readonly Scored[]) =>
  new Map(all.map(({ one, outcome }) => [one.id, outcome]));

/** Utterances that were cut off one way and not the other. */
export function differing(inCalls: readonly Scored[], byClock: readonly Scored[]): Scored[] {
  const clock = outcomesOf(byClock);
  return inCalls.filter(({ one, outcome }) => clock.get(one.id)?.cutOff !== outcome.cutOff);
}

const text = ({ value, low, high }: Within): string =>
  Number.isNaN(value) ? '–' : `${value.toFixed(1)} (${low.toFixed(1)}–${high.toFixed(1)})`;

/** In Markdown. */
export function agreementTable(rows: readonly (Compared & { readonly policy: string })[]): string {
  const lines = rows.map(({ policy, name, inCalls, byClock, agrees }) => [
    policy,
    name,
    text(inCalls),
    text(byClock),
    agrees ? 'yes' : 'NO',
  ]);
  const head = ['policy', 'figure', 'in calls', 'by the clock', 'agree'];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
