import type { CallEvent, Happening } from '../../src/observe/call-events.ts';
import type { RecordedEvent } from '../../src/records/call-record.ts';

/** The start of a call, in milliseconds since the epoch. */
export const START_MS = Date.UTC(2026, 0, 1);
export const CALL_ID = 'AJ_1';

export function eventAt(ms: number, happening: Happening, callId = CALL_ID): RecordedEvent {
  return { ...happening, callId, atMs: START_MS + ms } as CallEvent as RecordedEvent;
}

export const started = (ms = 0, more: object = {}) =>
  eventAt(ms, {
    type: 'started',
    prompt: 'shop',
    promptHash: 'abc',
    via: 'web',
    piiCaller: 'Aisyah',
    ...more,
  } as Happening);

export function said(
  ms: number,
  role: 'user' | 'assistant',
  piiText: string,
  interrupted = false,
): RecordedEvent {
  return eventAt(ms, { type: 'said', role, piiText, interrupted, createdAtMs: START_MS + ms, measured: {} });
}

/** Half a minute: a greeting, a question, an answer that is cut off. */
export const CALL: readonly RecordedEvent[] = [
  started(),
  eventAt(500, { type: 'agent-heard' }),
  said(2000, 'assistant', 'Hello, how can I help?'),
  eventAt(2000, { type: 'agent-spoke', isReply: false, interrupted: false }),
  eventAt(5200, {
    type: 'turn-ended',
    times: { firstSoundAt: START_MS + 3000, lastSoundAt: START_MS + 4500, endedAt: START_MS + 5200 },
  }),
  said(5210, 'user', 'Call me at 012-345 6789 or ana@example.com.'),
  eventAt(5500, {
    type: 'tokens-used',
    attempt: 1,
    promptTokens: 300,
    cachedTokens: 0,
    completionTokens: 20,
  }),
  eventAt(5600, { type: 'agent-heard' }),
  eventAt(9000, { type: 'agent-spoke', isReply: true, interrupted: true }),
  said(9001, 'assistant', 'I have noted', true),
  eventAt(9002, { type: 'turn', turn: 1, parts: { totalMs: 1100 }, interrupted: true }),
  eventAt(9003, { type: 'dead-air', longestMs: 3500 }),
  eventAt(30_000, { type: 'ended', reason: 'left', ok: true, durationMs: 30_000 }),
];
