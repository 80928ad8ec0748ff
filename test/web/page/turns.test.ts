import { expect, test } from 'vitest';
import { pageModule } from '../../helpers/page-module.ts';

type Parts = Record<string, number>;
interface Answers {
  list: { heardMs?: number; turn?: number; parts?: Parts }[];
  heard(heardMs: number): void;
  told(turn: { turn: number; parts: Parts }): void;
  medianMs(): number | undefined;
}
const { Answers, scaleOf, waterfall } = await pageModule<{
  Answers: new () => Answers;
  waterfall(parts: Parts): { name: string; fromMs: number; ms: number }[];
  scaleOf(answers: Answers['list']): { longestMs: number; tickMs: number };
}>('turns.js');

test('what was heard and what the agent tells become one answer', () => {
  const answers = new Answers();
  answers.heard(1203.4);
  answers.told({ turn: 1, parts: { totalMs: 1100 } });
  expect(answers.list).toEqual([{ heardMs: 1203, turn: 1, parts: { totalMs: 1100 } }]);
});

test('an answer that was not heard, or not told, stands alone', () => {
  const answers = new Answers();
  answers.told({ turn: 1, parts: { totalMs: 900 } });
  answers.heard(1000);
  answers.heard(1200);
  answers.told({ turn: 2, parts: { totalMs: 1100 } });
  expect(answers.list).toEqual([
    { turn: 1, parts: { totalMs: 900 } },
    { heardMs: 1000 },
    { heardMs: 1200, turn: 2, parts: { totalMs: 1100 } },
  ]);
});

test('the median takes what was heard, else what was told', () => {
  const answers = new Answers();
  expect(answers.medianMs()).toBeUndefined();
  answers.heard(1000);
  expect(answers.medianMs()).toBe(1000);
  answers.told({ turn: 1, parts: { totalMs: 5 } });
  answers.told({ turn: 2, parts: { totalMs: 2001 } });
  expect(answers.medianMs()).toBe(1501);
  answers.heard(1200);
  expect(answers.medianMs()).toBe(1200);
});

const OWN = {
  ...{ endpointingMs: 600, totalMs: 760 },
  ...{ pauseMs: 150, sttMs: 200, holdMs: 0, llmTtftMs: 210, clauseMs: 60, ttsTtfbMs: 130, readyMs: 10 },
};

test('steps follow one another up to the total, also one that took no time', () => {
  expect(waterfall(OWN)).toEqual([
    { name: 'pause', fromMs: 0, ms: 150 },
    { name: 'stt', fromMs: 150, ms: 200 },
    { name: 'hold', fromMs: 350, ms: 0 },
    { name: 'llm', fromMs: 350, ms: 210 },
    { name: 'clause', fromMs: 560, ms: 60 },
    { name: 'tts', fromMs: 620, ms: 130 },
    { name: 'ready', fromMs: 750, ms: 10 },
  ]);
});

test('where the voice did not tell when it began, nothing is said to have been ready', () => {
  const parts = { endpointingMs: 600, totalMs: 608, pauseMs: 90, sttMs: 163, holdMs: 12, readyMs: 343 };
  expect(waterfall(parts).at(-1)).toEqual({ name: 'other', fromMs: 265, ms: 343 });
  expect(waterfall(parts).map(({ name }) => name)).not.toContain('ready');
});

test('of coarse figures, the model waited for the end of the turn, and the rest of the total is not told apart', () => {
  const parts = { endpointingMs: 700, sttMs: 450, llmTtftMs: 200, ttsTtfbMs: 150, totalMs: 1100 };
  expect(waterfall(parts)).toEqual([
    { name: 'stt', fromMs: 0, ms: 450 },
    { name: 'hold', fromMs: 450, ms: 250 },
    { name: 'llm', fromMs: 700, ms: 200 },
    { name: 'tts', fromMs: 900, ms: 150 },
    { name: 'other', fromMs: 1050, ms: 50 },
  ]);
});

test('of coarse figures, a model that was asked ahead waited only for what the total has room for', () => {
  const parts = { endpointingMs: 700, sttMs: 450, llmTtftMs: 200, ttsTtfbMs: 150, totalMs: 900 };
  expect(waterfall(parts).map(({ name, ms }) => [name, ms])).toEqual([
    ['stt', 450],
    ['hold', 100],
    ['llm', 200],
    ['tts', 150],
  ]);
});

test('coarse figures without a total, and none at all, are drawn as far as they go', () => {
  expect(waterfall({ sttMs: 500, endpointingMs: 500 })).toEqual([{ name: 'stt', fromMs: 0, ms: 500 }]);
  expect(waterfall({})).toEqual([]);
});

test('the scale has room for whatever came last in any answer', () => {
  expect(scaleOf([{ parts: OWN }])).toEqual({ longestMs: 760, tickMs: 200 });
  expect(scaleOf([{ parts: OWN }, { heardMs: 1300 }])).toEqual({ longestMs: 1300, tickMs: 500 });
  expect(scaleOf([{ parts: { ...OWN, endpointingMs: 900 } }]).longestMs).toBe(900);
  expect(scaleOf([{ parts: { llmTtftMs: 300, ttsTtfbMs: 120 } }]).longestMs).toBe(420);
  expect(scaleOf([{ heardMs: 29_000 }]).tickMs).toBe(10_000);
});

test('a call without answers has a scale to divide by', () => {
  expect(scaleOf([]).longestMs).toBeGreaterThan(0);
});
