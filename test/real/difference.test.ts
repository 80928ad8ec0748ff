import { expect, test } from 'vitest';
import { differenceOf } from './difference.ts';
import type { Fixture, HttpExchange } from './fixture.ts';

const recorded = (said: string, ms: number, recordedOn = '2026-11-26'): Fixture => ({
  ...{ case: 'chat.answer', server: 'some-1.0', model: 'm', recorded: recordedOn },
  exchanges: [
    {
      ...{
        kind: 'http',
        request: 'POST /v1/chat/completions',
        json: { model: 'm' },
        status: 200,
        end: 'complete',
      },
      headers: [['content-type', 'text/event-stream']],
      chunks: [{ ms, text: `data: {"id":"chatcmpl-${ms}abc","created":17957134${ms},"said":"${said}"}\n\n` }],
    } satisfies HttpExchange,
  ],
  outcome: { text: 'Nine.' },
});

test('times, dates and ids are no difference', () => {
  expect(differenceOf(recorded('Nine.', 12), recorded('Nine.', 99, '2027-01-01'))).toEqual([]);
});

test('other words are, in their lines', () => {
  const difference = differenceOf(recorded('Nine.', 12), recorded('Ten.', 12));
  expect(difference).toHaveLength(2);
  expect(difference[0]).toMatch(/^- .*Nine/);
  expect(difference[1]).toMatch(/^\+ .*Ten/);
});

test('where an answer was cut is none, nor how a voice said it', () => {
  const cut = (...texts: string[]): Fixture => {
    const one = recorded('Nine.', 1);
    const [exchange] = one.exchanges;
    return {
      ...one,
      exchanges: [{ ...(exchange as HttpExchange), chunks: texts.map((text, ms) => ({ ms, text })) }],
    };
  };
  expect(differenceOf(cut('data: 1\n', '\ndata: 2\n\n'), cut('data: 1\n\n', 'data: 2\n\n'))).toEqual([]);
  expect(differenceOf(cut('data: 1\n\n'), cut('data: 1\n\n', 'data: 2\n\n'))).toHaveLength(1);
});
