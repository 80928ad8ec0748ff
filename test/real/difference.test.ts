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
