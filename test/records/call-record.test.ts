import { expect, test } from 'vitest';
import { CallRecord, type RecordedEvent } from '../../src/records/call-record.ts';
import { summaryOf } from '../../src/records/summary.ts';
import { readable, transcriptOf } from '../../src/records/transcript.ts';
import { CALL, CALL_ID, eventAt, START_MS, said, started } from '../helpers/recorded-events.ts';

function recordOf(events: readonly RecordedEvent[]): CallRecord {
  const record = new CallRecord(CALL_ID);
  for (const event of events) record.take(event);
  return record;
}

const LOST = { reason: 'host lost', atMs: START_MS + 60_000 };

test('a summary says who, when, how long, how fast, and how it ended', () => {
  expect(summaryOf(recordOf(CALL), LOST)).toEqual({
    ...{ callId: CALL_ID, caller: 'Aisyah', via: 'web', prompt: 'shop', promptHash: 'abc' },
    ...{ startedAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T00:00:30.000Z', durationMs: 30_000 },
    ...{ endReason: 'left', ok: true, parts: 1, turns: 1, interruptions: 1, silentTurns: 0, listeners: 0 },
    ...{ answerMs: { p50: 1100, p95: 1100, max: 1100 }, longestDeadAirMs: 3500, deadAirTurns: 1 },
    ...{
      errors: {},
      answerCharacters: 0,
      ...{ inputTokens: 300, outputTokens: 20 },
      callerSpokeMs: 1500,
      agentSpokeMs: 4900,
    },
  });
});

test('a call whose process told no end has the end that others saw', () => {
  const summary = summaryOf(recordOf(CALL.slice(0, -1)), LOST);
  expect(summary).toMatchObject({ endReason: 'host lost', ok: false, durationMs: 60_000 });
});

test('a summary says how often an operator began to listen', () => {
  const record = recordOf([started(), eventAt(1, { type: 'listened' }), eventAt(2, { type: 'listened' })]);
  expect(summaryOf(record, LOST)).toMatchObject({ listeners: 2 });
});

test('a call that went on in another process is one of two parts, with all that was said', () => {
  const record = recordOf([
    ...CALL.slice(0, 6),
    started(12_000, { goesOn: true }),
    said(14_000, 'assistant', 'Back.'),
  ]);
  expect(summaryOf(record, LOST)).toMatchObject({ parts: 2, startedAt: '2026-01-01T00:00:00.000Z' });
  expect(record.lines.map(({ text }) => text)).toEqual([
    'Hello, how can I help?',
    expect.stringContaining('Call me'),
    'Back.',
  ]);
});

test('an agent that never listened leaves no record', () => {
  expect(
    summaryOf(recordOf([eventAt(0, { type: 'ended', reason: 'nobody came', ok: true })]), LOST),
  ).toBeUndefined();
});

test('each line of a transcript says when it was heard, since the call’s start and by the clock', () => {
  const record = recordOf(CALL);
  const summary = summaryOf(record, LOST);
  if (!summary) throw new Error('no summary');
  const transcript = transcriptOf(record, summary);
  expect(transcript.lines).toEqual([
    {
      who: 'agent',
      text: 'Hello, how can I help?',
      fromMs: 500,
      toMs: 2000,
      at: '2026-01-01T00:00:00.500Z',
      interrupted: false,
    },
    expect.objectContaining({ who: 'caller', fromMs: 3000, toMs: 4500, at: '2026-01-01T00:00:03.000Z' }),
    expect.objectContaining({
      who: 'agent',
      text: 'I have noted',
      fromMs: 5600,
      toMs: 9001,
      interrupted: true,
    }),
  ]);
  expect(readable(transcript).split('\n').slice(2)).toEqual([
    '00:00.5 agent: Hello, how can I help?',
    '00:03.0 caller: Call me at 012-345 6789 or ana@example.com.',
    '00:05.6 agent: I have noted […]',
    '',
  ]);
});

test('of a call whose caller is asked, nothing is kept before the yes, and nothing without one', () => {
  const asked = [
    started(),
    eventAt(1, { type: 'recording', state: 'asked' }),
    said(2, 'assistant', 'May I?'),
    said(3, 'user', 'Yes.'),
  ];
  const record = recordOf(asked);
  expect([record.lines, record.mayKeep]).toEqual([[], false]);
  record.take(eventAt(4, { type: 'recording', state: 'allowed' }));
  record.take(said(5, 'user', 'When do you open?'));
  expect(record.lines.map(({ text }) => text)).toEqual(['When do you open?']);
});

test('a turn that goes on after its answer began is one line, from its beginning', () => {
  const turn = (firstMs: number, lastMs: number) =>
    eventAt(lastMs, {
      type: 'turn-ended',
      times: { firstSoundAt: START_MS + firstMs, lastSoundAt: START_MS + lastMs },
    });
  const record = recordOf([
    started(),
    turn(1000, 2000),
    said(2500, 'user', 'I would like'),
    said(2900, 'assistant', 'Sure', true),
    eventAt(3000, { type: 'cut-off', sinceMs: START_MS + 2500 }),
    turn(2800, 4000),
    said(4500, 'user', 'I would like to pay.'),
  ]);
  expect(record.lines).toEqual([
    expect.objectContaining({ text: 'I would like to pay.', fromMs: START_MS + 1000, toMs: START_MS + 4000 }),
  ]);
});
