import { expect, test } from 'vitest';
import { type ChatAsk, type ChatEndpoint, chatBody, THINKING_OFF } from '../../src/openai/chat-body.ts';
import { ChatMemory, type Learned } from '../../src/openai/chat-learned.ts';

const messages = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hello' },
];
const STREAM = { stream: true, stream_options: { include_usage: true } };
const bodyOf = (
  ask: Partial<ChatAsk> = {},
  extraBody: ChatEndpoint['extraBody'] = {},
  learned: Learned = {},
) =>
  chatBody(
    { baseUrl: 'http://gpu/v1', model: 'qwen', extraBody, memory: new ChatMemory(learned) },
    { messages, ...ask },
  );

test('the plainest body: no tools, no choice of one, nothing that was not asked for', () => {
  expect(bodyOf({ tools: [], toolChoice: 'auto', parallelToolCalls: true })).toEqual({
    model: 'qwen',
    messages,
    ...STREAM,
  });
});

test('a temperature of 0 is sent', () => {
  expect(bodyOf({ temperature: 0, maxTokens: 50 })).toEqual({
    model: 'qwen',
    messages,
    ...STREAM,
    temperature: 0,
    max_completion_tokens: 50,
  });
});

test('offered tools are sent, with how they may be chosen', () => {
  const tools = [{ type: 'function', function: { name: 'bill' } }];
  expect(bodyOf({ tools, toolChoice: 'auto' })).toEqual({
    model: 'qwen',
    messages,
    ...STREAM,
    tools,
    tool_choice: 'auto',
  });
});

test('where tools are refused, nothing of them is sent', () => {
  const tools = [{ type: 'function', function: { name: 'bill' } }];
  const ask = { tools, toolChoice: 'auto', parallelToolCalls: false };
  expect(bodyOf(ask, {}, { without: ['tools'] })).toEqual({ model: 'qwen', messages, ...STREAM });
});

test('fields of the user are merged over ours, object by object', () => {
  const extra = { temperature: 0.7, stream_options: { continuous_usage_stats: true }, top_k: 20 };
  expect(bodyOf({ temperature: 0 }, extra)).toEqual({
    model: 'qwen',
    messages,
    stream: true,
    stream_options: { include_usage: true, continuous_usage_stats: true },
    temperature: 0.7,
    top_k: 20,
  });
});

test('a limit that the user wrote takes the place of ours', () => {
  expect(bodyOf({ maxTokens: 50 }, { max_tokens: 80 })).toEqual({
    model: 'qwen',
    messages,
    ...STREAM,
    max_tokens: 80,
  });
});

test('what was learned of the endpoint changes the body', () => {
  const learned = {
    tokenLimit: 'max_tokens',
    without: ['stream_options'],
    systemInUser: true,
    thinkingOff: true,
  } as const;
  expect(bodyOf({ maxTokens: 50 }, { chat_template_kwargs: { x: 1 } }, learned)).toEqual({
    model: 'qwen',
    messages: [{ role: 'user', content: 'Be brief.\n\nHello' }],
    stream: true,
    max_tokens: 50,
    chat_template_kwargs: { enable_thinking: false, x: 1 },
    reasoning_effort: 'low',
  });
  expect(bodyOf({ maxTokens: 50 }, {}, { tokenLimit: 'none' })).toEqual({
    model: 'qwen',
    messages,
    ...STREAM,
  });
});

test('a user who wants thoughts gets them, but for a request that must have none', () => {
  const wants = { chat_template_kwargs: { enable_thinking: true }, max_tokens: 80 };
  expect(bodyOf({}, wants, { thinkingOff: true })).toMatchObject({
    chat_template_kwargs: { enable_thinking: true },
  });
  expect(bodyOf({ instead: { extraBody: THINKING_OFF, maxTokens: 2048 } }, wants)).toEqual({
    model: 'qwen',
    messages,
    ...STREAM,
    ...THINKING_OFF,
    max_completion_tokens: 2048,
  });
});
