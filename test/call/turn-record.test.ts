import { expect, test } from 'vitest';
import { TurnRecord } from '../../src/call/turn-record.ts';

const TIMES = { lastSoundAt: 1000, pauseSeenAt: 1100, transcribedAt: 1300, endedAt: 1600 };

/** A record whose clock is moved by hand. */
function record() {
  let now = 0;
  const turn = new TurnRecord(() => now);
  const at = (ms: number) => {
    now = ms;
    return { mark: turn.mark.bind(turn), heard: turn.heard.bind(turn) };
  };
  return { turn, at };
}

test('the parts of a turn follow one another and add up to the whole', () => {
  const { turn, at } = record();
  at(1301).mark('asked', 1);
  at(1500).mark('first-token', 1);
  at(1520).mark('first-clause', 1);
  at(1640).mark('first-byte', 1);
  at(1640).mark('first-byte', 1);
  turn.ended(TIMES);
  at(1655).heard();
  const parts = turn.take();
  expect(parts).toEqual({
    endpointingMs: 600,
    totalMs: 655,
    pauseMs: 100,
    sttMs: 200,
    holdMs: 1,
    llmTtftMs: 199,
    clauseMs: 20,
    ttsTtfbMs: 120,
    readyMs: 15,
  });
  expect(turn.take()).toBeUndefined();
});

test('a dropped attempt leaves no trace', () => {
  const { turn, at } = record();
  at(500).mark('asked', 1);
  at(700).mark('first-token', 1);
  at(1301).mark('asked', 2);
  at(1501).mark('first-token', 2);
  turn.ended(TIMES);
  at(1900).heard();
  expect(turn.take()).toMatchObject({ llmTtftMs: 200, readyMs: 399, totalMs: 900 });
});

test('what an attempt does after it was replaced is no step of its successor', () => {
  const { turn, at } = record();
  at(500).mark('asked', 1);
  at(1301).mark('asked', 2);
  at(1310).mark('first-token', 1);
  at(1320).mark('first-byte', 1);
  at(1501).mark('first-token', 2);
  at(1640).mark('first-byte', 2);
  turn.ended(TIMES);
  at(1655).heard();
  expect(turn.take()).toMatchObject({ llmTtftMs: 200, ttsTtfbMs: 139, readyMs: 15 });
});

test('what was not seen is part of the next step', () => {
  const { turn, at } = record();
  turn.ended({ lastSoundAt: 1000, endedAt: 1600 });
  at(1900).heard();
  expect(turn.take()).toEqual({ endpointingMs: 600, totalMs: 900, readyMs: 900 });
});

test('what the agent says unasked is no turn', () => {
  const { turn, at } = record();
  at(100).mark('first-clause', 1);
  at(200).heard();
  expect(turn.take()).toBeUndefined();
});
