import type { llm } from '@livekit/agents';
import type { TurnParts } from './turn-record.ts';

export interface TurnLatency {
  /** 1 for the first answered turn of the call. */
  turn: number;
  parts: TurnParts;
  interrupted: boolean;
}

/**
 * Pairs each of the caller's messages with the answer to it, as the session adds them to the conversation.
 *
 * An answer that was not heard is none: neither it nor what is said later answers that message.
 *
 * @param measured - the parts of the answer as our own stages saw them; without, the framework's coarser figures.
 */
export function createLatencyRecord(
  onTurn: (turn: TurnLatency) => void,
  measured: () => TurnParts | undefined = () => undefined,
  wasHeard: () => boolean = () => true,
): (message: llm.ChatMessage) => void {
  let turn = 0;
  let asked: llm.ChatMessage | undefined;
  return (message) => {
    if (message.role === 'user') {
      asked = message;
      return;
    }
    // What began before the question, such as a greeting that it cut off, is no answer to it.
    if (message.role !== 'assistant' || !asked || message.createdAt < asked.createdAt) return;
    const { metrics } = asked;
    asked = undefined;
    if (!wasHeard()) return;
    turn += 1;
    const parts = measured() ?? {
      ...ms('endpointingMs', metrics.endOfTurnDelay),
      ...ms('sttMs', metrics.transcriptionDelay),
      ...ms('llmTtftMs', message.metrics.llmNodeTtft),
      ...ms('ttsTtfbMs', message.metrics.ttsNodeTtfb),
      ...ms('totalMs', message.metrics.e2eLatency),
    };
    onTurn({ turn, parts, interrupted: message.interrupted });
  };
}

/** The framework reports seconds here; this is where they become milliseconds. */
function ms<K extends keyof TurnParts>(key: K, seconds: number | undefined): TurnParts {
  return seconds === undefined ? {} : { [key]: Math.round(seconds * 1000) };
}
