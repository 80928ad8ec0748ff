import { expect, test } from 'vitest';
import type { Utterance } from '../../src/bench/corpus.ts';
import { planCalls } from '../../src/bench/plans.ts';

const utterance = (set: Utterance['set'], index: number): Utterance => ({
  ...{ id: `${set}-${index}`, set, voice: 'slt', snrDb: undefined, pauseMs: set === 'pause' ? 600 : 0 },
  ...{ looksComplete: false, wav: 'x.wav', phrases: [], startMs: 0, endMs: 1000 },
});
const all = (['latency', 'pause', 'bargein'] as const).flatMap((set) =>
  Array.from({ length: 6 }, (_, index) => utterance(set, index)),
);
const plan = (set: 'latency' | 'labelled' | 'bargein' | 'greeting' | 'all', calls = 2, turns = 4) =>
  planCalls({ set, calls, turns, seed: 1 }, all);

test('calls of the latency set go on where the one before ended', () => {
  const ids = plan('latency').map(({ utterances }) => utterances.map(({ id }) => id));
  expect(ids[0]).toEqual(['latency-0', 'latency-1', 'latency-2', 'latency-3']);
  expect(ids[1]).toEqual(['latency-4', 'latency-5', 'latency-0', 'latency-1']);
});

test('the labelled set is said once, over all calls', () => {
  const said = plan('labelled').flatMap(({ utterances }) => utterances.map(({ id }) => id));
  expect(said.length).toBe(12);
  expect(new Set(said).size).toBe(12);
  expect(said.some((id) => id.startsWith('bargein'))).toBe(false);
});

test('callers barge in only where that is measured; the others let the agent finish', () => {
  expect(plan('bargein').every(({ bargesIn, answerLength }) => bargesIn && answerLength === 'long')).toBe(
    true,
  );
  expect(
    plan('all')
      .filter(({ bargesIn }) => bargesIn)
      .every(({ set }) => set === 'bargein'),
  ).toBe(true);
  expect(plan('greeting').flatMap(({ utterances }) => utterances)).toEqual([]);
});

test('no two calls share a room', () => {
  const rooms = plan('all').map(({ room }) => room);
  expect(new Set(rooms).size).toBe(rooms.length);
});
