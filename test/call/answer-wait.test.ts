import { expect, test } from 'vitest';
import { watchWaits } from '../../src/call/answer-wait.ts';
import { CallEvents } from '../../src/call/events.ts';
import type { Happening } from '../../src/observe/call-events.ts';
import { logInto } from '../helpers/call-log.ts';

const SAID: Happening = {
  ...{ type: 'said', role: 'user', piiText: 'Hi', interrupted: false, createdAtMs: 0, measured: {} },
};

/** When somebody begins to wait, by the times at which things happen. */
function waits(...happenings: [atMs: number, happening: Happening][]): number[] {
  const since: number[] = [];
  let nowMs = 0;
  const events = new CallEvents({ callId: 'AJ_1', log: logInto([]), wallNow: () => nowMs });
  events.subscribe(watchWaits((wait) => events.emit(wait)));
  events.subscribe((event) => {
    if (event.type === 'answer-awaited') since.push(event.sinceMs);
  });
  for (const [atMs, happening] of happenings) {
    nowMs = atMs;
    events.emit(happening);
  }
  return since;
}

test('a turn that a provider’s transcriber took is waited for since the caller fell silent', () => {
  expect(waits([20_000, { type: 'caller-speaks', isSpeaking: false }], [20_600, SAID])).toEqual([20_000]);
});

test('a written turn is waited for since it was written', () => {
  expect(waits([20_000, { type: 'caller-speaks', isSpeaking: false }], [60_000, SAID])).toEqual([60_000]);
});

test('a turn that is over is waited for since its last sound, once', () => {
  const times = { lastSoundAt: 20_000, endedAt: 20_700 };
  expect(waits([20_700, { type: 'turn-ended', times }], [20_701, SAID])).toEqual([20_000]);
});
