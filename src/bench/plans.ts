import type { CallPlan } from './call.ts';
import type { SetName } from './corpus-text.ts';
import type { BenchOptions } from './options.ts';
import { randomFrom } from './stats.ts';

/** Calls of the labelled set unless told otherwise: none gets longer than callers' patience. */
const LABELLED_CALLS = 4;
/** Calls that only hear the greeting, where all is measured. */
const GREETING_CALLS = 6;

type Plan<Sentence> = Omit<CallPlan<Sentence>, 'room' | 'random'>;
type Wanted = Pick<BenchOptions, 'set' | 'calls' | 'turns' | 'seed'>;

/** The calls of a bench, one after the other. The same options always give the same plans. */
export function planCalls<Sentence extends { set: SetName }>(
  options: Wanted,
  sentences: readonly Sentence[],
): CallPlan<Sentence>[] {
  const random = randomFrom(options.seed);
  const named = (name: string, plans: readonly Plan<Sentence>[]) =>
    plans.map((plan, call) => ({ ...plan, room: `bench-${name}-${call + 1}`, random }));
  const { set, calls } = options;
  const latency = () => named('latency', latencyCalls(options, sentences));
  const greeting = (count: number) => named('greeting', greetingCalls(count));
  const bargeIn = () => named('bargein', bargeInCalls(options, sentences));
  const labelled = () => named('labelled', labelledCalls(options, sentences));
  if (set === 'latency' || set === 'phone' || set === 'cost') return latency();
  if (set === 'greeting') return greeting(calls);
  if (set === 'bargein') return bargeIn();
  if (set === 'labelled') return labelled();
  return [...greeting(GREETING_CALLS), ...latency(), ...bargeIn(), ...labelled()];
}

const COMMON = { set: 'latency', answerLength: 'usual', bargesIn: false } as const;

const each = <T>(count: number, make: (call: number) => T): T[] =>
  Array.from({ length: count }, (_, call) => make(call));

/** As many sentences as a call has turns, going on where the call before ended. */
const repeated = <Sentence>(of: readonly Sentence[], call: number, turns: number): Sentence[] =>
  Array.from({ length: turns }, (_, turn) => of[(call * turns + turn) % of.length] as Sentence);

function latencyCalls<Sentence extends { set: SetName }>(
  { calls, turns }: Wanted,
  sentences: readonly Sentence[],
): Plan<Sentence>[] {
  const unbroken = sentences.filter((one) => one.set === 'latency');
  return each(calls, (call) => ({ ...COMMON, utterances: repeated(unbroken, call, turns) }));
}

const greetingCalls = <Sentence>(count: number): Plan<Sentence>[] =>
  each(count, () => ({ ...COMMON, utterances: [] }));

function bargeInCalls<Sentence extends { set: SetName }>(
  { calls, turns }: Wanted,
  sentences: readonly Sentence[],
): Plan<Sentence>[] {
  const interruptions = sentences.filter((one) => one.set === 'bargein');
  return each(calls, (call) => ({
    set: 'bargein',
    utterances: repeated(interruptions, call, turns),
    answerLength: 'long',
    bargesIn: true,
  }));
}

function labelledCalls<Sentence extends { set: SetName }>(
  { calls }: Wanted,
  sentences: readonly Sentence[],
): Plan<Sentence>[] {
  const labelled = sentences.filter((one) => one.set !== 'bargein');
  const count = Math.max(calls, LABELLED_CALLS);
  return each(count, (call) => ({
    set: 'labelled',
    utterances: labelled.filter((_, index) => index % count === call),
    answerLength: 'short',
    bargesIn: false,
  }));
}
