import type { TurnParts } from '../call/turn-record.ts';
import type { AgentEvent } from '../probe/observed.ts';

/** Moments of one answer, in ms after the caller's last sound. Those before `heard` are the endpoints' own records. */
export interface Stages {
  readonly sttSentMs: number;
  readonly sttDoneMs: number;
  readonly llmSentMs: number;
  readonly firstTokenMs: number;
  readonly ttsSentMs: number;
  readonly ttsFirstByteMs: number;
  readonly heardMs: number;
}

/** Requests to one endpoint during one turn. */
export interface RequestCount {
  readonly total: number;
  /** The client left before the answer ended. */
  readonly aborted: number;
  /** How many were open at a time, at most. */
  readonly atOnce: number;
}

export type Requests = Readonly<Record<'stt' | 'llm' | 'tts', RequestCount>>;

/** A caller who speaks into the agent's speech; counted from the caller's first sound. */
export interface BargeIn {
  readonly into: 'answer' | 'greeting';
  /** The agent's last sound; `undefined`: it talked on to the end of what the caller said. */
  readonly stoppedMs: number | undefined;
  /** The agent 15 dB quieter than before, or silent. */
  readonly yieldedMs: number | undefined;
  /** What was heard next was the rest of the old speech, not an answer. */
  readonly resumed: boolean;
}

/** What one turn was and how it went. Durations in ms. */
export interface TurnResult {
  readonly set: 'latency' | 'labelled' | 'bargein';
  readonly utterance: string;
  readonly voice: string;
  readonly text: string;
  readonly pauseMs: number;
  readonly looksComplete: boolean;
  readonly snrDb: number | undefined;
  /** Caller's last sound to the answer's first; `undefined` when lost, or when the agent spoke before. */
  readonly voiceToVoiceMs: number | undefined;
  /** The agent's first sound before the caller's last, if any, relative to the caller's last. */
  readonly talkedOverMs: number | undefined;
  /** The answer that was heard was to this; `undefined` where it cannot be told. */
  readonly question: string | undefined;
  readonly cutOff: 'talked over' | 'first part only' | undefined;
  /** Words that the answered request lacked. */
  readonly missing: readonly string[];
  /** Nothing was heard. */
  readonly lost: boolean;
  readonly answerMs: number | undefined;
  /** Silences inside the answer longer than `GAP_MS`. */
  readonly gapsMs: readonly number[];
  readonly stages: Stages | undefined;
  /** The first text that was spoken. */
  readonly firstPiece: string | undefined;
  /** What the transcription endpoint answered, in order. */
  readonly transcripts: readonly string[];
  readonly requests: Requests | undefined;
  readonly bargeIn: BargeIn | undefined;
  /** Where the time went, as the worker itself saw it. */
  readonly record: TurnParts | undefined;
  /** Events that the worker sent during the turn. */
  readonly events: readonly AgentEvent[];
}

export interface CallResult {
  /** Caller joined to the agent's first sound; `undefined`: none. */
  readonly greetingMs: number | undefined;
  readonly durationMs: number;
  /** Of all the worker's processes during the call. */
  readonly cpuS: number | undefined;
  /** Of the call's process, at its end. */
  readonly rssMb: number | undefined;
  readonly turns: readonly TurnResult[];
}

/** All calls with one pipeline. */
export interface RunResult {
  readonly pipeline: 'own' | 'stock';
  readonly sttMode: string;
  readonly calls: readonly CallResult[];
}

export const turnsOf = (run: RunResult, set?: TurnResult['set']): TurnResult[] =>
  run.calls.flatMap(({ turns }) => turns).filter((turn) => set === undefined || turn.set === set);
