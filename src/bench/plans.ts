import type { CallPlan } from './call.ts';
import type { SetName } from './corpus-text.ts';
import type { BenchOptions } from './options.ts';
import { randomFrom } from './stats.ts';

/** Calls of the labelled set unless told otherwise: none gets longer than callers' patience. */
const LABELLED_CALLS = 4;
/** Calls that only hear the greeting, where all is measured. */
const GREETING_CALLS = 6;

/** The calls of a bench, one after the other. The same options always give the same plans. */
export function planCalls<Sentence extends { set: SetName }>(
  options: Pick<BenchOptions, 'set' | 'calls' | 'turns' | 'seed'>,
  sentences: readonly Sentence[],
): CallPlan<Sentence>[] {
  const { set, calls, turns } = options;
  const random = randomFrom(options.seed);
  const unbroken = sentences.filter((one) => one.set === 'latency');
  const labelled = sentences.filter((one) => one.set !== 'bargein');
  const interruptions = sentences.filter((one) => one.set === 'bargein');
  const repeated = (of: readonly Sentence[], call: number) =>
    Array.from({ length: turns }, (_, turn) => of[(call * turns + turn) % of.length] as Sentence);
  const each = (
    count: number,
    name: BenchOptions['set'],
    plan: (call: number) => Omit<CallPlan<Sentence>, 'room' | 'random'>,
  ): CallPlan<Sentence>[] =>
    Array.from({ length: count }, (_, call) => ({
      ...plan(call),
      room: `bench-${name}-${call + 1}`,
      random,
    }));
  const common = { answerLength: 'usual', bargesIn: false } as const;

  const latency = () =>
    each(calls, 'latency', (call) => ({ ...common, set: 'latency', utterances: repeated(unbroken, call) }));
  const greeting = (count: number) =>
    each(count, 'greeting', () => ({ ...common, set: 'latency', utterances: [] }));
  const bargeIn = () =>
    each(calls, 'bargein', (call) => ({
      set: 'bargein',
      utterances: repeated(interruptions, call),
      answerLength: 'long',
      bargesIn: true,
    }));
  const cutOffs = () => {
    const count = Math.max(calls, LABELLED_CALLS);
    return each(count, 'labelled', (call) => ({
      ...common,
      set: 'labelled',
      utterances: labelled.filter((_, index) => index % count === call),
      answerLength: 'short',
    }));
  };
  if (set === 'latency') return latency();
  if (set === 'greeting') return greeting(calls);
  if (set === 'bargein') return bargeIn();
  if (set === 'labelled') return cutOffs();
  return [...greeting(GREETING_CALLS), ...latency(), ...bargeIn(), ...cutOffs()];
}
