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
  /** Met up to this. */
  readonly target: number | undefined;
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
  const turns = turnsOf(run);
  const labelled = turnsOf(run, 'labelled');
  const paused = labelled.filter(({ pauseMs }) => pauseMs > 0);
  const unpaused = turns.filter(({ pauseMs, set }) => pauseMs === 0 && set !== 'bargein');
  const waits = turnsOf(run, 'latency').flatMap(({ voiceToVoiceMs }) => voiceToVoiceMs ?? []);
  const bargeIns = turns.flatMap(({ bargeIn }) => bargeIn ?? []);
  const stops = bargeIns.map(({ stoppedMs }) => stoppedMs ?? Number.POSITIVE_INFINITY);
  const yields = bargeIns.map(({ yieldedMs }) => yieldedMs ?? Number.POSITIVE_INFINITY);
  const greetings = run.calls.map(({ greetingMs }) => greetingMs ?? Number.POSITIVE_INFINITY);
  const overheads = turnsOf(run, 'latency').flatMap((turn) => overheadMs(turn, conditions) ?? []);
  const cutOffs = labelled.filter(({ cutOff }) => cutOff !== undefined).length;
  const [median, late] = [percentile(waits, 0.5), percentile(waits, 0.95)];
  const cpu = run.calls.flatMap(({ cpuS, durationMs }) =>
    cpuS === undefined ? [] : cpuS / (durationMs / 60_000),
  );
  const isRealtime = run.sttMode === 'realtime';
  const isBatch = run.sttMode === 'batch';
  return [
    of('voice-to-voice p50 ms', median, {
      n: waits.length,
      target: isRealtime ? 750 : 900,
      ...(isBatch && { ratioTarget: 0.47 }),
    }),
    of('voice-to-voice p95 ms', late, { n: waits.length }),
    of('voice-to-voice p95 / p50', median && late && late / median, {
      digits: 2,
      ...(isBatch && { target: 1.25 }),
    }),
    of('framework overhead p50 ms', percentile(overheads, 0.5), { n: overheads.length, target: 150 }),
    of('turns lost', turns.filter(({ lost }) => lost).length, { n: turns.length, target: 0 }),
    of('cut-offs %', percent(cutOffs, labelled.length), { n: labelled.length, digits: 1, target: 5 }),
    of('barge-in: agent silent p50 ms', percentile(stops, 0.5), { n: stops.length, target: 350 }),
    of('barge-in: agent silent p95 ms', percentile(stops, 0.95), { n: stops.length, target: 500 }),
    of('barge-in: agent 15 dB quieter p50 ms', percentile(yields, 0.5), { n: yields.length }),
    of('barge-in: old speech resumed', bargeIns.filter(({ resumed }) => resumed).length, {
      n: bargeIns.length,
    }),
    of('greeting p50 ms', percentile(greetings, 0.5), {
      n: greetings.length,
      // The first call of a worker has its greeting made.
      ...(greetings.length > 1 && { target: 700 }),
    }),
    of('extra STT per pause', extra(paused, 'stt'), { n: paused.length, digits: 2, target: 1 }),
    of('extra LLM per pause', extra(paused, 'llm'), { n: paused.length, digits: 2, target: 0.5 }),
    of('extra STT without pause', extra(unpaused, 'stt'), { n: unpaused.length, digits: 2, target: 0.2 }),
    of('extra LLM without pause', extra(unpaused, 'llm'), { n: unpaused.length, digits: 2, target: 0.1 }),
    of('gaps over 120 ms', turns.flatMap(({ gapsMs }) => gapsMs).length, { n: turns.length, target: 0 }),
    of(
      'transcripts left empty',
      turns.flatMap(({ transcripts }) => transcripts).filter((text) => text === '').length,
    ),
    of('words lost', turns.filter(({ cutOff }) => !cutOff).flatMap(({ missing }) => missing).length),
    of('CPU s per minute of call', mean(cpu), { digits: 1 }),
    of('memory of a call MB', mean(run.calls.flatMap(({ rssMb }) => rssMb ?? []))),
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

function of(
  name: string,
  value: number | undefined,
  {
    n,
    digits = 0,
    target,
    ratioTarget,
  }: { n?: number; digits?: number; target?: number; ratioTarget?: number } = {},
): Metric {
  return { name, value: n === 0 ? undefined : value, digits, n, target, ratioTarget };
}
