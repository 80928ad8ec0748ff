import { expect, test } from 'vitest';
import { metricsOf, overheadMs } from '../../src/bench/metrics.ts';
import { DEFAULT_SPEEDS } from '../../src/bench/profile.ts';
import type { TurnResult } from '../../src/bench/results.ts';
import { run, turn } from './turns.ts';

const conditions = { speeds: DEFAULT_SPEEDS, transportMs: 170 };
const value = (name: string, turns: TurnResult[]) =>
  metricsOf(run(turns), conditions).find((metric) => metric.name.startsWith(name))?.value;
const requests = (total: number) => {
  const count = { total, aborted: 0, atOnce: 1 };
  return { stt: count, llm: count, tts: count };
};

test('overhead is what endpoints, tokens and transport do not explain', () => {
  // 200 STT, 200 first token, 120 first byte, 170 transport; «Sure,» is one token, so no more of them.
  expect(overheadMs(turn(), conditions)).toBe(1000 - 200 - 200 - 120 - 170);
  // Three tokens: two more at 60 a second.
  expect(overheadMs(turn({ firstPiece: 'Sure, it is' }), conditions)).toBeCloseTo(310 - (2 * 1000) / 60);
  expect(overheadMs(turn({ stages: undefined }), conditions)).toBeUndefined();
});

test('a lost turn is no wait, and is counted', () => {
  const turns = [turn({ voiceToVoiceMs: 800 }), turn({ lost: true, voiceToVoiceMs: undefined })];
  expect(value('voice-to-voice p50', turns)).toBe(800);
  expect(value('turns lost', turns)).toBe(1);
});

test('waits are those of the latency set, cut-offs those of the labelled set', () => {
  const turns = [
    turn({ voiceToVoiceMs: 700 }),
    turn({ set: 'labelled', voiceToVoiceMs: 2000 }),
    turn({ set: 'labelled', cutOff: 'talked over' }),
    turn({ set: 'bargein', voiceToVoiceMs: 3000, cutOff: 'talked over' }),
  ];
  expect(value('voice-to-voice p50', turns)).toBe(700);
  expect(value('cut-offs', turns)).toBe(50);
});

test('requests beyond the first are counted per turn, apart for sentences with a pause', () => {
  const turns = [
    turn({ requests: requests(1) }),
    turn({ requests: requests(3) }),
    turn({ set: 'labelled', pauseMs: 600, requests: requests(2) }),
    turn({ set: 'labelled', pauseMs: 600, lost: true, requests: requests(0) }),
  ];
  expect(value('extra STT without pause', turns)).toBe(1);
  expect(value('extra LLM per pause', turns)).toBe(0.5);
});

test('a barge-in that never stopped the agent is worse than any that did', () => {
  const bargeIn = (stoppedMs: number | undefined) =>
    turn({ set: 'bargein', bargeIn: { into: 'answer', stoppedMs, yieldedMs: stoppedMs, resumed: false } });
  const turns = [bargeIn(300), bargeIn(400), bargeIn(undefined)];
  expect(value('barge-in: agent silent p50', turns)).toBe(400);
  expect(value('barge-in: agent silent p95', turns)).toBe(Number.POSITIVE_INFINITY);
});

test('without turns there is no figure, rather than a good one', () => {
  expect(value('gaps', [])).toBeUndefined();
  expect(value('cut-offs', [turn()])).toBeUndefined();
});
