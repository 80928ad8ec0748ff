import type { CallRecord } from './call-record.ts';

/** What one call was. Times are ISO 8601, durations milliseconds; `caller` is who called: personal. */
export interface Summary {
  readonly callId: string;
  readonly caller: string;
  readonly via: 'web' | 'sip';
  readonly prompt: string;
  readonly promptHash: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  readonly endReason: string;
  /** `false`: it was lost, or a fault of ours ended it. */
  readonly ok: boolean;
  /** Processes that it ran in, one after the other. */
  readonly parts: number;
  readonly turns: number;
  readonly interruptions: number;
  /** Times that an operator began to listen. */
  readonly listeners: number;
  /** Turns after which nothing was heard. */
  readonly silentTurns: number;
  /** Last sound of the caller → the answer begins; absent where no turn was answered. */
  readonly answerMs?: { readonly p50: number; readonly p95: number; readonly max: number };
  readonly longestDeadAirMs: number;
  readonly deadAirTurns: number;
  /** Failures that outlived their retries, by endpoint. */
  readonly errors: Readonly<Record<string, number>>;
  readonly answerCharacters: number;
  /** As the chat model's server counted, of answers that were dropped too; 0 where it does not tell. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly callerSpokeMs: number;
  readonly agentSpokeMs: number;
}

/** How a call ended, where its own process could not tell. */
export interface LostEnd {
  readonly reason: string;
  readonly atMs: number;
}

/** @returns `undefined` for a call whose agent never listened. */
export function summaryOf(record: CallRecord, lost: LostEnd): Summary | undefined {
  const { started, ended } = record;
  if (!started) return undefined;
  const endedAtMs = ended?.atMs ?? lost.atMs;
  const answers = [...record.answersMs].sort((a, b) => a - b);
  return {
    callId: record.callId,
    caller: record.caller,
    via: started.via,
    prompt: started.prompt,
    promptHash: started.promptHash,
    startedAt: new Date(started.atMs).toISOString(),
    endedAt: new Date(endedAtMs).toISOString(),
    durationMs: Math.max(0, endedAtMs - started.atMs),
    endReason: ended?.reason ?? lost.reason,
    ok: ended?.ok ?? false,
    parts: record.parts,
    turns: record.turns,
    interruptions: record.interruptions,
    listeners: record.listeners,
    silentTurns: record.silentTurns,
    ...(answers.length > 0 && {
      answerMs: { p50: rank(answers, 0.5), p95: rank(answers, 0.95), max: rank(answers, 1) },
    }),
    longestDeadAirMs: record.longestDeadAirMs,
    deadAirTurns: record.deadAirTurns,
    errors: record.errors,
    answerCharacters: record.answerCharacters,
    inputTokens: record.inputTokens,
    outputTokens: record.outputTokens,
    callerSpokeMs: record.callerSpokeMs,
    agentSpokeMs: record.agentSpokeMs,
  };
}

/** The nearest rank. */
const rank = (sorted: readonly number[], share: number): number =>
  Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
