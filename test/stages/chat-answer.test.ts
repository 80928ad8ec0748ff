import { expect, test } from 'vitest';
import { answer, DONE, useChat } from './chat-harness.ts';

const chat = useChat();

const NOTHING: [string, object[]][] = [
  ['only [DONE]', []],
  [
    'the role, then stop',
    [{ delta: { role: 'assistant', content: '' } }, { delta: {}, finish_reason: 'stop' }],
  ],
  [
    'thoughts up to the limit',
    [{ delta: { reasoning_content: 'Hmm' } }, { delta: {}, finish_reason: 'length' }],
  ],
  ['thoughts as `reasoning`', [{ delta: { reasoning: 'Hmm' } }, { delta: {}, finish_reason: 'stop' }]],
  [
    'a tool that nobody offered',
    [{ delta: { tool_calls: [{ id: 'a', function: { name: 'pay', arguments: '{}' } }] } }],
  ],
  ['punctuation', [{ delta: { content: '!!' } }, { delta: { content: '!' }, finish_reason: 'stop' }]],
  ['an emoji', [{ delta: { content: '👍' }, finish_reason: 'stop' }]],
  [
    'thoughts in the text, up to the limit',
    [{ delta: { content: '<think>Hmm' } }, { delta: {}, finish_reason: 'length' }],
  ],
  ['only code', [{ delta: { content: '```\npay()\n```\n' }, finish_reason: 'stop' }]],
];

test.each(NOTHING)(
  'an answer with nothing to say (%s) is asked for once more, in other terms',
  async (_, chunks) => {
    chat.standIn.control({ llm: { answers: [answer(...chunks, DONE), 'Forty.'] } });
    expect(await chat.ask({ persona: { maxTokens: 50 } })).toEqual({ text: 'Forty.', calls: [] });
    expect(chat.bodies()).toMatchObject([
      { max_completion_tokens: 50 },
      { max_completion_tokens: 2048, chat_template_kwargs: { enable_thinking: false } },
    ]);
    expect(chat.ends).toMatchObject([{ isAnswer: true, finish: 'stop', chars: 6, tries: 2 }]);
    expect(chat.errors).toEqual([]);
  },
);

test.each(NOTHING)('%s twice is told as no answer', async (_, chunks) => {
  chat.standIn.control({ llm: { always: answer(...chunks, DONE) } });
  expect(await chat.ask()).toEqual({ text: '', calls: [] });
  expect(chat.ends).toMatchObject([{ isAnswer: false, tries: 2 }]);
  expect(chat.standIn.counts('llm').total).toBe(2);
  expect(chat.errors).toEqual([]);
});

test('an endpoint that answered only without thinking is asked so from then on', async () => {
  chat.standIn.control({
    llm: { answers: [answer({ delta: { reasoning_content: 'Hmm' } }, DONE)], always: 'Forty.' },
  });
  await chat.ask();
  await chat.ask();
  expect(chat.bodies()[2]).toMatchObject({ chat_template_kwargs: { enable_thinking: false } });
  expect(chat.memory.learned).toEqual({ thinkingOff: true });
});

const spoken = (...texts: string[]) =>
  answer(...texts.map((content) => ({ delta: { content } })), { delta: {}, finish_reason: 'stop' }, DONE);

test.each([
  ['tagged thoughts', ['<th', 'ink>My bill?', ' Hmm.</thi', 'nk>\n\nForty.']],
  [
    'harmony channels',
    ['<|channel|>analysis<|message|>Hmm', '<|end|><|start|>assistant<|channel|>final<|message|>Forty.'],
  ],
  ['a tool call written as text', ['Forty.', '<tool_call>{"name": "bill"}', '</tool_call>']],
  ['a special token at the end', ['Forty.', '<|im_', 'end|>']],
])('neither the voice nor the history gets %s', async (_, texts) => {
  chat.standIn.control({ llm: { always: spoken(...texts) } });
  expect((await chat.ask()).text).toBe('Forty.');
  expect(chat.standIn.counts('llm').total).toBe(1);
});

test('thoughts without a beginning are known from the second answer on, and the setting against them is told', async () => {
  chat.standIn.control({ llm: { always: spoken('Hmm, a bill.', '</think>Forty.') } });
  await chat.ask();
  expect(chat.memory.learned).toEqual({ untaggedThoughts: true });
  expect((await chat.ask()).text).toBe('Forty.');
  expect(chat.ends).toMatchObject([
    { thoughtChars: 0, spokenThoughtChars: 12 },
    { thoughtChars: 12, spokenThoughtChars: 0, thinkingOff: expect.stringContaining('enable_thinking') },
  ]);
  chat.standIn.control({ llm: { always: 'Fifty.' } });
  expect((await chat.ask()).text).toBe('Fifty.');
  expect(chat.memory.learned).toEqual({ untaggedThoughts: false });
});

test('an answer that is only a call written as text, or only thoughts, is asked for once more', async () => {
  for (const text of ['<tool_call>{"name": "pay"}</tool_call>', '<think>Hmm.']) {
    chat.standIn.control({ reset: true, llm: { answers: [spoken(text), 'Forty.'] } });
    expect((await chat.ask()).text).toBe('Forty.');
  }
});

test('thoughts without end are given up: other terms after 5 s, no answer after 8 s', async () => {
  const thinks = answer({ delta: { reasoning_content: 'Hmm' } }, { delayMs: 60_000 }, DONE);
  chat.standIn.control({ llm: { always: thinks } });
  const stallMs = 6543;
  const result = chat.ask({ env: { LLM_STALL_TIMEOUT_MS: String(stallMs) } });
  for (const ms of [5000, 3000]) {
    await chat.clock.waitsFor(ms);
    // Waiting for more: the thought was read.
    await chat.clock.waitsFor(stallMs);
    chat.clock.advance(ms);
  }
  expect(await result).toEqual({ text: '', calls: [] });
  expect(chat.ends).toMatchObject([{ isAnswer: false, givenUp: true, thoughtChars: 3, tries: 2 }]);
});

test('a second request that is not answered is given up after 8 s too', async () => {
  chat.standIn.control({
    llm: { always: answer(DONE) },
    faults: { llm: [{ latencyMs: 0, times: 1 }, { hang: true }] },
  });
  const result = chat.ask();
  await chat.clock.waitsFor(8000);
  await expect.poll(() => chat.standIn.counts('llm').pending).toBe(1);
  chat.clock.advance(8000);
  expect(await result).toEqual({ text: '', calls: [] });
  expect(chat.ends).toMatchObject([{ isAnswer: false, givenUp: true, tries: 2 }]);
  expect(chat.errors).toEqual([]);
});
