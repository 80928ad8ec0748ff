import { tokensOf } from '../standin/llm.ts';
import type { Speeds } from './profile.ts';
import { type Requests, type RunResult, type TurnResult, turnsOf } from './results.ts';
import { mean, percentile, share } from './stats.ts';

/** One figure of a run. */
export interface Metric {
  readonly name: string;
  /** `undefined`: nothing to count. */
  readonly value: number | undefined;
  readonly digits: number;
  /** How many values it is taken from, where that matters. */
  readonly n: number | undefined;
  /** Met up to this; or, where `isLeast`, from this on. */
  readonly target: number | undefined;
  readonly isLeast?: boolean;
  /** The same for its ratio to the stock pipeline's. */
  readonly ratioTarget: number | undefined;
}

/** What a run does not know of itself. */
export interface Conditions {
  /** `undefined` with real endpoints. */
  readonly speeds: Speeds | undefined;
  /** Caller to agent and back. */
  readonly transportMs: number;
}

/** The figures of a run, always the same ones in the same order. */
export function metricsOf(run: RunResult, conditions: Conditions): Metric[] {
  const labelled = turnsOf(run, 'labelled');
  const turns = turnsOf(run);
  const cutOffs = labelled.filter(({ cutOff }) => cutOff !== undefined).length;
  return [
    ...waitMetrics(run, conditions),
    metric('turns lost', turns.filter(({ lost }) => lost).length, { n: turns.length, target: 0 }),
    metric('cut-offs %', percent(cutOffs, labelled.length), { n: labelled.length, digits: 1, target: 5 }),
    ...bargeInMetrics(turns),
    ...greetingMetrics(run),
    ...requestMetrics(turns, labelled),
    ...soundMetrics(turns),
    ...costMetrics(run),
  ];
}

/** What a caller waits for an answer. */
function waitMetrics(run: RunResult, conditions: Conditions): Metric[] {
  const turns = turnsOf(run, 'latency');
  const waits = turns.flatMap(({ voiceToVoiceMs }) => voiceToVoiceMs ?? []);
  const overheads = turns.flatMap((turn) => overheadMs(turn, conditions) ?? []);
  const [median, late] = [percentile(waits, 0.5), percentile(waits, 0.95)];
  const isBatch = run.sttMode === 'batch';
  return [
    metric('voice-to-voice p50 ms', median, {
      n: waits.length,
      target: run.sttMode === 'realtime' ? 750 : 900,
      ...(isBatch && { ratioTarget: 0.47 }),
    }),
    metric('voice-to-voice p95 ms', late, { n: waits.length }),
    metric('voice-to-voice p95 / p50', median && late && late / median, {
      digits: 2,
      ...(isBatch && { target: 1.25 }),
    }),
    metric('framework overhead p50 ms', percentile(overheads, 0.5), { n: overheads.length, target: 150 }),
  ];
}

/** How the agent gives way to a caller who speaks over it. */
function bargeInMetrics(turns: readonly TurnResult[]): Metric[] {
  const bargeIns = turns.flatMap(({ bargeIn }) => bargeIn ?? []);
  const n = bargeIns.length;
  const stops = bargeIns.map(({ stoppedMs }) => stoppedMs ?? Number.POSITIVE_INFINITY);
  const yields = bargeIns.map(({ yieldedMs }) => yieldedMs ?? Number.POSITIVE_INFINITY);
  return [
    metric('barge-in: agent silent p50 ms', percentile(stops, 0.5), { n, target: 350 }),
    metric('barge-in: agent silent p95 ms', percentile(stops, 0.95), { n, target: 500 }),
    metric('barge-in: agent 15 dB quieter p50 ms', percentile(yields, 0.5), { n }),
    metric('barge-in: old speech resumed', bargeIns.filter(({ resumed }) => resumed).length, { n }),
  ];
}

function greetingMetrics({ calls }: RunResult): Metric[] {
  const greetings = calls.map(({ greetingMs }) => greetingMs ?? Number.POSITIVE_INFINITY);
  return [
    metric('greeting p50 ms', percentile(greetings, 0.5), {
      n: greetings.length,
      // The first call of a worker has its greeting made.
      ...(greetings.length > 1 && { target: 700 }),
    }),
  ];
}

/** Requests to the models beyond one a turn, of sentences with a pause inside and without. */
function requestMetrics(turns: readonly TurnResult[], labelled: readonly TurnResult[]): Metric[] {
  const paused = labelled.filter(({ pauseMs }) => pauseMs > 0);
  const unpaused = turns.filter(({ pauseMs, set }) => pauseMs === 0 && set !== 'bargein');
  return [
    metric('extra STT per pause', extra(paused, 'stt'), { n: paused.length, digits: 2, target: 1 }),
    metric('extra LLM per pause', extra(paused, 'llm'), { n: paused.length, digits: 2, target: 0.5 }),
    metric('extra STT without pause', extra(unpaused, 'stt'), { n: unpaused.length, digits: 2, target: 0.2 }),
    metric('extra LLM without pause', extra(unpaused, 'llm'), { n: unpaused.length, digits: 2, target: 0.1 }),
  ];
}

/** What was lost on the way. */
function soundMetrics(turns: readonly TurnResult[]): Metric[] {
  const gaps = turns.flatMap(({ gapsMs }) => gapsMs).length;
  const empty = turns.flatMap(({ transcripts }) => transcripts).filter((text) => text === '').length;
  const lostWords = turns.filter(({ cutOff }) => !cutOff).flatMap(({ missing }) => missing).length;
  return [
    metric('gaps over 120 ms', gaps, { n: turns.length, target: 0 }),
    metric('transcripts left empty', empty),
    metric('words lost', lostWords),
  ];
}

function costMetrics({ calls }: RunResult): Metric[] {
  const cpu = calls.flatMap(({ cpuS, durationMs }) =>
    cpuS === undefined ? [] : cpuS / (durationMs / 60_000),
  );
  return [
    metric('CPU s per minute of call', mean(cpu), { digits: 1 }),
    metric('memory of a call MB', mean(calls.flatMap(({ rssMb }) => rssMb ?? []))),
  ];
}

/** Requests beyond the one that a turn needs, per turn. */
export function extra(turns: readonly TurnResult[], route: keyof Requests): number | undefined {
  return mean(turns.flatMap(({ requests }) => (requests ? Math.max(0, requests[route].total - 1) : [])));
}

/**
 * What a turn took beyond the endpoints' own times and the way there and back: STT, first token, the tokens of the first
 * piece of speech, first byte of its sound. The times are those that the endpoints' journal has, not the profile's.
 */
export function overheadMs(
  { stages, firstPiece, voiceToVoiceMs }: TurnResult,
  { speeds, transportMs }: Conditions,
) {
  if (!stages || !speeds || voiceToVoiceMs === undefined || firstPiece === undefined) return undefined;
  const tokensMs = ((tokensOf(firstPiece).length - 1) * 1000) / speeds.llmTokensPerS;
  const models =
    stages.sttDoneMs -
    stages.sttSentMs +
    (stages.firstTokenMs - stages.llmSentMs) +
    tokensMs +
    (stages.ttsFirstByteMs - stages.ttsSentMs);
  return voiceToVoiceMs - models - transportMs;
}

const percent = (part: number, whole: number): number | undefined => {
  const found = share(part, whole);
  return found === undefined ? undefined : found * 100;
};

/** @param n - 0: there is no value. */
export function metric(
  name: string,
  value: number | undefined,
  {
    n,
    digits = 0,
    target,
    ratioTarget,
    isLeast = false,
  }: { n?: number; digits?: number; target?: number; ratioTarget?: number; isLeast?: boolean } = {},
): Metric {
  return { name, value: n === 0 ? undefined : value, digits, n, target, ratioTarget, isLeast };
}
