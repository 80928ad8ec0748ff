import { expect, test } from 'vitest';
import { CallEvents } from '../../src/call/events.ts';
import { measureTurns } from '../../src/call/latency.ts';
import type { Happening } from '../../src/observe/call-events.ts';
import { logInto } from '../helpers/call-log.ts';

type Told<T> = Extract<Happening, { type: T }>;

/** The turns that follow from what happens. */
function turnsOf(happenings: Happening[], wallNow?: () => number): Told<'turn'>[] {
  const turns: Told<'turn'>[] = [];
  const events = new CallEvents({ callId: 'AJ_1', log: logInto([]) });
  events.subscribe(
    measureTurns((turn) => {
      if (turn.type === 'turn') turns.push(turn);
    }, wallNow),
  );
  for (const happening of happenings) events.emit(happening);
  return turns;
}

function said(role: 'user' | 'assistant', more: Partial<Told<'said'>> = {}): Told<'said'> {
  return {
    ...{ type: 'said', role, piiText: role, interrupted: false, createdAtMs: 2000, measured: {} },
    ...more,
  };
}

const HEARD: Happening = { type: 'agent-heard' };
const question = said('user', { createdAtMs: 1000, measured: { endpointingMs: 521, sttMs: 310 } });
const answer = said('assistant', { measured: { llmTtftMs: 200, ttsTtfbMs: 120, totalMs: 1001 } });

test('a turn is the question’s delays and the answer’s', () => {
  expect(turnsOf([question, HEARD, answer])).toEqual([
    {
      ...{ type: 'turn', turn: 1, interrupted: false },
      parts: { endpointingMs: 521, sttMs: 310, llmTtftMs: 200, ttsTtfbMs: 120, totalMs: 1001 },
    },
  ]);
});

test('where our own stages saw its steps, theirs count', () => {
  let now = 0;
  const at = (ms: number, happening: Happening): Happening => {
    now = ms;
    return happening;
  };
  const steps = function* (): Generator<Happening> {
    yield at(1000, { type: 'turn-ended', times: { lastSoundAt: 400, endedAt: 1000 } });
    yield question;
    yield at(1010, { type: 'mark', mark: 'asked', attempt: 7 });
    yield at(1300, { type: 'mark', mark: 'first-byte', attempt: 7 });
    yield at(1320, HEARD);
    yield answer;
  };
  const turns: Told<'turn'>[] = [];
  const subscriber = measureTurns(
    (turn) => {
      if (turn.type === 'turn') turns.push(turn);
    },
    () => now,
  );
  for (const happening of steps()) subscriber({ ...happening, callId: 'AJ_1', atMs: now });
  expect(turns[0]?.parts).toEqual({
    ...{ endpointingMs: 600, totalMs: 920, holdMs: 610, ttsTtfbMs: 290, readyMs: 20 },
  });
});

test('what the agent says unasked is no turn', () => {
  expect(turnsOf([answer, question, HEARD, answer, answer])).toHaveLength(1);
});

test('an answer that was not heard is none, and what is said later answers nothing', () => {
  expect(turnsOf([HEARD, question, answer, HEARD, answer])).toEqual([]);
});

test('an interrupted answer says so', () => {
  expect(turnsOf([question, HEARD, said('assistant', { interrupted: true })])[0]?.interrupted).toBe(true);
});

test('a greeting that the question cut off is no answer to it', () => {
  const greeting = said('assistant', { createdAtMs: 500, interrupted: true });
  const turns = turnsOf([question, greeting, HEARD, answer]);
  expect(turns).toHaveLength(1);
  expect(turns[0]?.parts.totalMs).toBe(1001);
});
