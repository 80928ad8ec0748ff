import type { CallResult, RunResult, Stages, TurnResult } from '../../src/bench/results.ts';

export const STAGES: Stages = {
  sttSentMs: 300,
  sttDoneMs: 500,
  llmSentMs: 510,
  firstTokenMs: 710,
  ttsSentMs: 810,
  ttsFirstByteMs: 930,
  heardMs: 1000,
};

const once = { total: 1, aborted: 0, atOnce: 1 };

/** A turn that went well, but for what is changed. */
export function turn(changes: Partial<TurnResult> = {}): TurnResult {
  return {
    set: 'latency',
    utterance: 'latency-1',
    voice: 'slt',
    text: 'how much is it',
    pauseMs: 0,
    looksComplete: false,
    snrDb: undefined,
    voiceToVoiceMs: 1000,
    talkedOverMs: undefined,
    question: 'how much is it',
    cutOff: undefined,
    missing: [],
    lost: false,
    answerMs: 2000,
    gapsMs: [],
    stages: STAGES,
    firstPiece: 'Sure,',
    transcripts: ['how much is it'],
    requests: { stt: once, llm: once, tts: once },
    bargeIn: undefined,
    record: undefined,
    events: [],
    ...changes,
  };
}

export function run(turns: readonly TurnResult[], changes: Partial<CallResult> = {}): RunResult {
  const call = { greetingMs: 500, durationMs: 60_000, cpuS: 12, rssMb: 200, turns, ...changes };
  return { pipeline: 'own', sttMode: 'batch', calls: [call] };
}
