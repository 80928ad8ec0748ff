import { llm } from '@livekit/agents';
import { expect, test } from 'vitest';
import { createLatencyRecord, type TurnLatency } from '../../src/call/latency.ts';

const { ChatMessage } = llm;

function recordOf(messages: llm.ChatMessage[]): TurnLatency[] {
  const turns: TurnLatency[] = [];
  const record = createLatencyRecord((turn) => turns.push(turn));
  for (const message of messages) record(message);
  return turns;
}

const question = new ChatMessage({
  role: 'user',
  content: 'q',
  createdAt: 1000,
  metrics: { endOfTurnDelay: 0.5214, transcriptionDelay: 0.31 },
});
const answer = new ChatMessage({
  role: 'assistant',
  content: 'a',
  createdAt: 2000,
  metrics: { llmNodeTtft: 0.2, ttsNodeTtfb: 0.12, e2eLatency: 1.0011 },
});

test('a turn is the question’s delays and the answer’s, in whole milliseconds', () => {
  expect(recordOf([question, answer])).toEqual([
    {
      turn: 1,
      parts: { endpointingMs: 521, sttMs: 310, llmTtftMs: 200, ttsTtfbMs: 120, totalMs: 1001 },
      interrupted: false,
    },
  ]);
});

test('what the agent says unasked is no turn', () => {
  expect(recordOf([answer, question, answer, answer])).toHaveLength(1);
});

test('parts that were not measured are absent', () => {
  const typed = new ChatMessage({ role: 'user', content: 'typed', createdAt: 1000 });
  expect(recordOf([typed, answer])[0]?.parts).toEqual({ llmTtftMs: 200, ttsTtfbMs: 120, totalMs: 1001 });
});

test('an interrupted answer says so', () => {
  const cut = new ChatMessage({ role: 'assistant', content: 'a', interrupted: true });
  expect(recordOf([question, cut])[0]?.interrupted).toBe(true);
});

test('a greeting that the question cut off is no answer to it', () => {
  const greeting = new ChatMessage({ role: 'assistant', content: 'g', createdAt: 500, interrupted: true });
  const turns = recordOf([question, greeting, answer]);
  expect(turns).toHaveLength(1);
  expect(turns[0]?.parts.totalMs).toBe(1001);
});
