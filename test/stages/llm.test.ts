import { llm } from '@livekit/agents';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { OPENING } from '../../src/openai/chat-messages.ts';
import { primeChat } from '../../src/openai/prime.ts';
import { chatEndpoint } from '../../src/stages/llm.ts';
import type { Strict } from '../../src/standin/strict.ts';
import { configFrom } from '../helpers/config.ts';
import { answer, CALL, DONE, useChat } from './chat-harness.ts';

const chat = useChat();
const STREAM = { stream: true, stream_options: { include_usage: true } };
const bill = llm.tool({
  name: 'bill',
  description: 'The bill of a month.',
  parameters: z.object({ month: z.string() }),
  execute: async () => '40',
});

test('the whole body of a call’s request; a prompt’s temperature and length win over the configuration', async () => {
  chat.standIn.control({ llm: { always: 'Hi there.' } });
  const env = { LLM_TEMPERATURE: '0.9', LLM_MODEL: 'qwen' };
  expect((await chat.ask({ persona: { temperature: 0, maxTokens: 50 }, env })).text).toBe('Hi there.');
  expect(chat.bodies()).toEqual([
    {
      model: 'qwen',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: OPENING },
        { role: 'assistant', content: 'Hello!' },
        { role: 'user', content: 'My bill?' },
      ],
      ...STREAM,
      temperature: 0,
      max_completion_tokens: 50,
    },
  ]);
});

test('fields beyond the standard: the prompt’s over the setting’s over ours, objects merged', async () => {
  chat.standIn.control({ llm: { always: 'Hi there.' } });
  const env = {
    LLM_TEMPERATURE: '0.9',
    LLM_EXTRA_BODY:
      '{"temperature": 0.3, "top_k": 20, "chat_template_kwargs": {"enable_thinking": true, "a": 1}}',
  };
  const extraBody = { llm: { top_k: 5, chat_template_kwargs: { enable_thinking: false } } };
  await chat.ask({ persona: { extraBody }, env, said: [['user', 'Hi']] });
  expect(chat.bodies()).toEqual([
    {
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'Hi' }],
      ...STREAM,
      temperature: 0.3,
      top_k: 5,
      chat_template_kwargs: { enable_thinking: false, a: 1 },
    },
  ]);
});

const STRICT: [string, Strict][] = [
  ['vLLM 0.32', ['no-empty-tools']],
  ['Mistral', ['alternating-roles', 'system-first-only', 'user-last', 'no-max-completion-tokens']],
  ['Gemma 2', ['no-system', 'alternating-roles']],
  ['Qwen3.5', ['user-message-required', 'system-first-only']],
  ['OpenAI’s reasoning models', ['no-max-tokens']],
  ['a closed schema', ['no-stream-options', 'no-max-completion-tokens']],
];

test.each(STRICT)(
  '%s answers every request of a call, and priming has taken the refusals',
  async (_, strict) => {
    chat.standIn.control({ llm: { always: 'Forty.', strict } });
    const config = configFrom({ LLM_BASE_URL: chat.standIn.baseUrl });
    const primed = { messages: [{ role: 'system', content: 'Be brief.' }], maxTokens: 50 };
    await primeChat(chatEndpoint(config, {}, chat.memory), primed, { deadlines: config.llm });
    const { refused } = chat.standIn.counts('llm');
    const persona = { maxTokens: 50 };
    expect((await chat.ask({ persona, said: [['system', 'Be brief.\nGreet.']] })).text).toBe('Forty.');
    expect((await chat.ask({ persona })).text).toBe('Forty.');
    expect((await chat.ask({ persona, said: [...CALL, ['user', 'Hello?']] })).text).toBe('Forty.');
    expect(chat.standIn.counts('llm').refused).toBe(refused);
    expect(chat.errors).toEqual([]);
  },
);

test('the messages that were primed are the beginning of the call’s', async () => {
  chat.standIn.control({ llm: { always: 'Forty.' } });
  const config = configFrom({ LLM_BASE_URL: chat.standIn.baseUrl });
  const primed = { messages: [{ role: 'system', content: 'Be brief.' }] };
  await primeChat(chatEndpoint(config, {}, chat.memory), primed, { deadlines: config.llm });
  await chat.ask();
  const [first, second] = chat.bodies() as { messages: object[]; max_completion_tokens: number }[];
  expect(JSON.stringify(second?.messages)).toContain(JSON.stringify(first?.messages).slice(0, -1));
  expect(first).toEqual({
    model: 'gpt-4o-mini',
    messages: first?.messages,
    ...STREAM,
    max_completion_tokens: 1,
  });
});

test('a call of an offered tool comes back whole, and the tools were sent', async () => {
  const call = (index: number, part: object) => ({ delta: { tool_calls: [{ index, ...part }] } });
  const chunks = answer(
    call(0, { id: 'a', type: 'function', function: { name: 'bill', arguments: '' } }),
    call(0, { function: { arguments: '{"month":' } }),
    call(0, { function: { arguments: '"May"}' } }),
    call(1, { id: 'b', function: { name: 'bill', arguments: '{"month":"June"}' } }),
    { delta: {}, finish_reason: 'tool_calls' },
    DONE,
  );
  chat.standIn.control({ llm: { answers: [chunks] } });
  const { calls } = await chat.ask({ tools: new llm.ToolContext([bill]) });
  expect(calls.map(({ callId, name, args }) => [callId, name, args])).toEqual([
    ['a', 'bill', '{"month":"May"}'],
    ['b', 'bill', '{"month":"June"}'],
  ]);
  expect(chat.bodies()).toMatchObject([
    { tools: [{ type: 'function', function: { name: 'bill', parameters: { required: ['month'] } } }] },
  ]);
  expect(chat.ends).toMatchObject([{ isAnswer: true, finish: 'tool_calls', tries: 1 }]);
});

test('an answer is passed on from its first word, with what came before it', async () => {
  chat.standIn.control({
    llm: {
      always: answer(
        { delta: { content: '"' } },
        { delta: { content: 'Yes' } },
        { delta: { content: '"!' } },
      ),
    },
  });
  const parts: string[] = [];
  for await (const { delta } of chat.open({})) if (delta?.content) parts.push(delta.content);
  expect(parts).toEqual(['"Yes', '"!']);
});

test('a refused request is reported once', async () => {
  chat.standIn.control({ faults: { llm: [{ status: 400 }] } });
  await chat.ask();
  expect(chat.errors).toMatchObject([{ endpoint: 'llm', failure: 'status', status: 400 }]);
  expect(chat.ends).toEqual([]);
});

test('an answer that the call no longer wants is no failure, and tells nothing', async () => {
  chat.standIn.control({ llm: { always: answer({ delta: { content: 'Well' } }, { delayMs: 60_000 }) } });
  const stream = chat.open({});
  for await (const { delta } of stream) if (delta?.content) break;
  stream.close();
  await expect.poll(() => chat.standIn.counts('llm').aborted).toBe(1);
  expect([chat.errors, chat.ends]).toEqual([[], []]);
});
