import type { llm } from '@livekit/agents';

/** Where the time of one answer went, in milliseconds; a part that does not apply is absent. */
export interface TurnLatency {
  /** 1 for the first answered turn of the call. */
  turn: number;
  parts: {
    /** Last sound of the caller → decision that the turn ended. */
    endpointingMs?: number;
    /** Last sound of the caller → transcript. Overlaps with `endpointingMs`. */
    sttMs?: number;
    /** Request to the model → first token. */
    llmTtftMs?: number;
    /** First text to the voice → first audio. */
    ttsTtfbMs?: number;
    /** Last sound of the caller → first audio of the answer sent. */
    totalMs?: number;
  };
  interrupted: boolean;
}

/** Pairs each of the caller's messages with the answer to it, as the session adds them to the conversation. */
export function createLatencyRecord(onTurn: (turn: TurnLatency) => void): (message: llm.ChatMessage) => void {
  let turn = 0;
  let asked: llm.ChatMessage | undefined;
  return (message) => {
    if (message.role === 'user') {
      asked = message;
      return;
    }
    // What began before the question, such as a greeting that it cut off, is no answer to it.
    if (message.role !== 'assistant' || !asked || message.createdAt < asked.createdAt) return;
    turn += 1;
    const parts = {
      ...ms('endpointingMs', asked.metrics.endOfTurnDelay),
      ...ms('sttMs', asked.metrics.transcriptionDelay),
      ...ms('llmTtftMs', message.metrics.llmNodeTtft),
      ...ms('ttsTtfbMs', message.metrics.ttsNodeTtfb),
      ...ms('totalMs', message.metrics.e2eLatency),
    };
    asked = undefined;
    onTurn({ turn, parts, interrupted: message.interrupted });
  };
}

/** The framework reports seconds here; this is where they become milliseconds. */
function ms<K extends keyof TurnLatency['parts']>(key: K, seconds: number | undefined): TurnLatency['parts'] {
  return seconds === undefined ? {} : { [key]: Math.round(seconds * 1000) };
}
