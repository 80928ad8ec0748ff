import { initializeLogger, llm } from '@livekit/agents';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { EndpointError } from '../../src/errors.ts';
import { ChatMemory } from '../../src/openai/chat-learned.ts';
import { OPENING } from '../../src/openai/chat-messages.ts';
import { primeChat } from '../../src/openai/prime.ts';
import type { AnswerEnd } from '../../src/stages/hooks.ts';
import { chatEndpoint, createLlm, type LlmChoices } from '../../src/stages/llm.ts';
import { type StandIn, startStandIn } from '../../src/standin/server.ts';
import type { Strict } from '../../src/standin/strict.ts';
import { configFrom } from '../helpers/config.ts';
import { type ManualClock, manualClock } from '../helpers/manual-clock.ts';
import { perTest } from '../helpers/per-test.ts';

const standIn = perTest<StandIn>(
  () => startStandIn({ programs: { espeak: [], pocketsphinx: [] } }),
  (made) => made.close(),
);
let errors: EndpointError[];
let ends: AnswerEnd[];
let memory: ChatMemory;
let clock: ManualClock;

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
beforeEach(() => {
  errors = [];
  ends = [];
  memory = new ChatMemory();
  clock = manualClock();
});

const DONE = 'data: [DONE]\n\n';
const STREAM = { stream: true, stream_options: { include_usage: true } };
const NO_RETRY = { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 10_000 };
const bill = llm.tool({
  name: 'bill',
  description: 'The bill of a month.',
  parameters: z.object({ month: z.string() }),
  execute: async () => '40',
});

interface Asked {
  persona?: LlmChoices;
  env?: Record<string, string>;
  said?: [llm.ChatRole, string][];
  tools?: llm.ToolContextLike;
}

const CALL: [llm.ChatRole, string][] = [
  ['system', 'Be brief.'],
  ['assistant', 'Hello!'],
  ['user', 'My bill?'],
];

/** As the session asks: with a set of tools, though it is empty. */
function open({ persona = {}, env = {}, said = CALL, tools = new llm.ToolContext([]) }: Asked) {
  const config = configFrom({ LLM_BASE_URL: standIn.baseUrl, LLM_ATTEMPTS: '1', ...env });
  const model = createLlm(config.llm, persona, {
    hooks: { onError: (error) => errors.push(error), onAnswer: (end) => ends.push(end) },
    endpoint: chatEndpoint(config.llm, persona, memory),
    clock,
  });
  const chatCtx = llm.ChatContext.empty();
  for (const [role, content] of said) chatCtx.addMessage({ role, content });
  return model.chat({ chatCtx, connOptions: NO_RETRY, toolCtx: tools });
}

async function ask(asked: Asked = {}): Promise<{ text: string; calls: llm.FunctionCall[] }> {
  let text = '';
  const calls: llm.FunctionCall[] = [];
  for await (const { delta } of open(asked)) {
    text += delta?.content ?? '';
    calls.push(...(delta?.toolCalls ?? []));
  }
  return { text, calls };
}

const bodies = () => standIn.requests('llm').map(({ details }) => details?.body);
const answer = (...chunks: (object | string)[]) => ({ chunks: chunks as { delta: unknown }[] });

test('the whole body of a call’s request; a prompt’s temperature and length win over the configuration', async () => {
  standIn.control({ llm: { always: 'Hi there.' } });
  const env = { LLM_TEMPERATURE: '0.9', LLM_MODEL: 'qwen' };
  expect((await ask({ persona: { temperature: 0, maxTokens: 50 }, env })).text).toBe('Hi there.');
  expect(bodies()).toEqual([
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
  standIn.control({ llm: { always: 'Hi there.' } });
  const env = {
    LLM_TEMPERATURE: '0.9',
    LLM_EXTRA_BODY:
      '{"temperature": 0.3, "top_k": 20, "chat_template_kwargs": {"enable_thinking": true, "a": 1}}',
  };
  const extraBody = { llm: { top_k: 5, chat_template_kwargs: { enable_thinking: false } } };
  await ask({ persona: { extraBody }, env, said: [['user', 'Hi']] });
  expect(bodies()).toEqual([
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
    standIn.control({ llm: { always: 'Forty.', strict } });
    const config = configFrom({ LLM_BASE_URL: standIn.baseUrl });
    const primed = { messages: [{ role: 'system', content: 'Be brief.' }], maxTokens: 50 };
    await primeChat(chatEndpoint(config.llm, {}, memory), primed, { deadlines: config.llm });
    const { refused } = standIn.counts('llm');
    const persona = { maxTokens: 50 };
    expect((await ask({ persona, said: [['system', 'Be brief.\nGreet.']] })).text).toBe('Forty.');
    expect((await ask({ persona })).text).toBe('Forty.');
    expect((await ask({ persona, said: [...CALL, ['user', 'Hello?']] })).text).toBe('Forty.');
    expect(standIn.counts('llm').refused).toBe(refused);
    expect(errors).toEqual([]);
  },
);

test('the messages that were primed are the beginning of the call’s', async () => {
  standIn.control({ llm: { always: 'Forty.' } });
  const config = configFrom({ LLM_BASE_URL: standIn.baseUrl });
  const primed = { messages: [{ role: 'system', content: 'Be brief.' }] };
  await primeChat(chatEndpoint(config.llm, {}, memory), primed, { deadlines: config.llm });
  await ask();
  const [first, second] = bodies() as { messages: object[]; max_completion_tokens: number }[];
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
  standIn.control({ llm: { answers: [chunks] } });
  const { calls } = await ask({ tools: new llm.ToolContext([bill]) });
  expect(calls.map(({ callId, name, args }) => [callId, name, args])).toEqual([
    ['a', 'bill', '{"month":"May"}'],
    ['b', 'bill', '{"month":"June"}'],
  ]);
  expect(bodies()).toMatchObject([
    { tools: [{ type: 'function', function: { name: 'bill', parameters: { required: ['month'] } } }] },
  ]);
  expect(ends).toMatchObject([{ isAnswer: true, finish: 'tool_calls', tries: 1 }]);
});

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
  ['only code', [{ delta: { content: '```\npay()\n```\n' }, finish_reason: 'stop' }]],
];

test.each(NOTHING)(
  'an answer with nothing to say (%s) is asked for once more, in other terms',
  async (_, chunks) => {
    standIn.control({ llm: { answers: [answer(...chunks, DONE), 'Forty.'] } });
    expect(await ask({ persona: { maxTokens: 50 } })).toEqual({ text: 'Forty.', calls: [] });
    expect(bodies()).toMatchObject([
      { max_completion_tokens: 50 },
      { max_completion_tokens: 2048, chat_template_kwargs: { enable_thinking: false } },
    ]);
    expect(ends).toMatchObject([{ isAnswer: true, finish: 'stop', chars: 6, tries: 2 }]);
    expect(errors).toEqual([]);
  },
);

test.each(NOTHING)('%s twice is told as no answer', async (_, chunks) => {
  standIn.control({ llm: { always: answer(...chunks, DONE) } });
  expect(await ask()).toEqual({ text: '', calls: [] });
  expect(ends).toMatchObject([{ isAnswer: false, tries: 2 }]);
  expect(standIn.counts('llm').total).toBe(2);
  expect(errors).toEqual([]);
});

test('an endpoint that answered only without thinking is asked so from then on', async () => {
  standIn.control({
    llm: { answers: [answer({ delta: { reasoning_content: 'Hmm' } }, DONE)], always: 'Forty.' },
  });
  await ask();
  await ask();
  expect(bodies()[2]).toMatchObject({ chat_template_kwargs: { enable_thinking: false } });
  expect(memory.learned).toEqual({ thinkingOff: true });
});

test('thoughts without end are given up: other terms after 5 s, no answer after 8 s', async () => {
  const thinks = answer({ delta: { reasoning_content: 'Hmm' } }, { delayMs: 60_000 }, DONE);
  standIn.control({ llm: { always: thinks } });
  const stallMs = 6543;
  const result = ask({ env: { LLM_STALL_TIMEOUT_MS: String(stallMs) } });
  for (const ms of [5000, 3000]) {
    await clock.waitsFor(ms);
    // Waiting for more: the thought was read.
    await clock.waitsFor(stallMs);
    clock.advance(ms);
  }
  expect(await result).toEqual({ text: '', calls: [] });
  expect(ends).toMatchObject([{ isAnswer: false, givenUp: true, thoughtChars: 3, tries: 2 }]);
});

test('an answer is passed on from its first word, with what came before it', async () => {
  standIn.control({
    llm: {
      always: answer(
        { delta: { content: '"' } },
        { delta: { content: 'Yes' } },
        { delta: { content: '"!' } },
      ),
    },
  });
  const parts: string[] = [];
  for await (const { delta } of open({})) if (delta?.content) parts.push(delta.content);
  expect(parts).toEqual(['"Yes', '"!']);
});

test('a refused request is reported once', async () => {
  standIn.control({ faults: { llm: [{ status: 400 }] } });
  await ask();
  expect(errors).toMatchObject([{ endpoint: 'llm', failure: 'status', status: 400 }]);
  expect(ends).toEqual([]);
});

test('an answer that the call no longer wants is no failure, and tells nothing', async () => {
  standIn.control({ llm: { always: answer({ delta: { content: 'Well' } }, { delayMs: 60_000 }) } });
  const stream = open({});
  for await (const { delta } of stream) if (delta?.content) break;
  stream.close();
  await expect.poll(() => standIn.counts('llm').aborted).toBe(1);
  expect([errors, ends]).toEqual([[], []]);
});
