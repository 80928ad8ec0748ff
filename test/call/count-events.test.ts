import { expect, test } from 'vitest';
import { countEvents } from '../../src/call/count-events.ts';
import type { CallEvent, Happening } from '../../src/observe/call-events.ts';
import type { CallFact } from '../../src/observe/facts.ts';

const started: Happening = {
  ...{ type: 'started', prompt: 'shop', promptHash: 'abc', via: 'web', piiCaller: 'aisyah' },
};
const turn: Happening = { type: 'turn', turn: 1, parts: { totalMs: 700 }, interrupted: false };

/** The facts of these events, at these times in milliseconds. */
function factsOf(happenings: readonly (readonly [number, Happening])[], isSampled?: boolean): CallFact[] {
  const facts: CallFact[] = [];
  const trace = isSampled === undefined ? undefined : { traceId: 'a'.repeat(32), isSampled };
  const count = countEvents((fact) => facts.push(fact), undefined, trace);
  for (const [atMs, happening] of happenings)
    count({ ...happening, callId: 'AJ_1', atMs } satisfies CallEvent);
  return facts;
}

test('speech is counted by prompt: a turn of the caller, and what was heard of the agent', () => {
  const facts = factsOf([
    [0, started],
    [3000, { type: 'turn-ended', times: { firstSoundAt: 1000, lastSoundAt: 2500 } }],
    [4000, { type: 'agent-heard' }],
    [4500, { type: 'agent-heard' }],
    [6000, { type: 'agent-spoke', isReply: true, interrupted: false }],
    [7000, { type: 'agent-spoke', isReply: true, interrupted: true }],
  ]);
  expect(facts.filter(({ fact }) => fact === 'spoken')).toEqual([
    { fact: 'spoken', prompt: 'shop', who: 'caller', ms: 1500 },
    { fact: 'spoken', prompt: 'shop', who: 'agent', ms: 2000 },
  ]);
});

test('a turn names the trace of its call where that is kept', () => {
  const events = [[0, started] as const, [1, turn] as const];
  expect(factsOf(events, true).at(-1)).toMatchObject({ fact: 'turn', traceId: 'a'.repeat(32) });
  expect(factsOf(events, false).at(-1)).not.toHaveProperty('traceId');
  expect(factsOf(events).at(-1)).not.toHaveProperty('traceId');
});

test('answers are counted by the mark that they were asked to begin with, by server', () => {
  const facts = factsOf([
    [1, { type: 'end-mark', host: 'gpu:8000', mark: 'missing' }],
    [2, { type: 'end-marks-left-out', url: 'http://gpu:8000/v1', model: 'm' }],
  ]);
  expect(facts).toEqual([
    { fact: 'end-mark', host: 'gpu:8000', mark: 'missing' },
    { fact: 'end-mark', host: 'gpu:8000', mark: 'given-up' },
  ]);
});
