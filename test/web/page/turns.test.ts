import { expect, test } from 'vitest';
import { pageModule } from '../../helpers/page-module.ts';

type Parts = Record<string, number>;
interface Answers {
  list: { heardMs?: number; turn?: number; parts?: Parts }[];
  heard(heardMs: number): void;
  told(turn: { turn: number; parts: Parts }): void;
  medianMs(): number | undefined;
}
const { Answers, spans } = await pageModule<{
  Answers: new () => Answers;
  spans(parts: Parts): { name: string; ms: number }[];
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

test('the parts of an answer follow one another and add up to the total', () => {
  const parts = { endpointingMs: 700, sttMs: 450, llmTtftMs: 200, ttsTtfbMs: 150, totalMs: 1100 };
  expect(spans(parts)).toEqual([
    { name: 'stt', ms: 450 },
    { name: 'end', ms: 250 },
    { name: 'llm', ms: 200 },
    { name: 'tts', ms: 150 },
    { name: 'rest', ms: 50 },
  ]);
});

test('a turn that ended with its transcript waited for nothing else', () => {
  expect(spans({ endpointingMs: 500, sttMs: 500 })).toEqual([{ name: 'stt', ms: 500 }]);
});
