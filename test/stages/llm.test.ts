import { initializeLogger, llm } from '@livekit/agents';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { EndpointError } from '../../src/errors.ts';
import { createLlm, type LlmChoices } from '../../src/stages/llm.ts';
import { configFrom } from '../helpers/config.ts';
import { type Exchange, useEndpointServer } from '../helpers/endpoint-server.ts';

const ROUTE = 'POST /v1/chat/completions';
const server = useEndpointServer();
let errors: EndpointError[];

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
beforeEach(() => {
  errors = [];
});

const chunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 0, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

const answer = (lines: string[]) => async (exchange: Exchange) => {
  exchange.start(200, { 'content-type': 'text/event-stream' });
  for (const line of lines) await exchange.write(line);
  exchange.end();
};

async function ask(persona: LlmChoices = {}, env: Record<string, string> = {}): Promise<string> {
  const config = configFrom({ LLM_BASE_URL: server.baseUrl, LLM_ATTEMPTS: '1', ...env });
  const model = createLlm(config.llm, persona, { onError: (error) => errors.push(error) });
  const chatCtx = llm.ChatContext.empty();
  chatCtx.addMessage({ role: 'user', content: 'Hello' });
  let text = '';
  const noRetry = { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 10_000 };
  for await (const { delta } of model.chat({ chatCtx, connOptions: noRetry })) text += delta?.content ?? '';
  return text;
}

test('text streams in; a prompt’s temperature and length win over the configuration', async () => {
  server.on(
    ROUTE,
    answer([chunk({ role: 'assistant', content: 'Hi ' }), chunk({ content: 'there.' }), 'data: [DONE]\n\n']),
  );
  expect(await ask({ temperature: 0.1, maxTokens: 50 }, { LLM_TEMPERATURE: '0.9', LLM_MODEL: 'qwen' })).toBe(
    'Hi there.',
  );
  expect(server.requests[0]?.json()).toMatchObject({
    model: 'qwen',
    temperature: 0.1,
    max_completion_tokens: 50,
    stream: true,
  });
});

test('a server that sends no [DONE], no usage and fields nobody knows is understood', async () => {
  const strange = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'Fine.', reasoning: null }, extra: 1 }], vllm: {} })}\n\n`;
  server.on(ROUTE, answer([strange, chunk({}, 'stop')]));
  expect(await ask()).toBe('Fine.');
  expect(errors).toEqual([]);
});

test('a refused request is tried again before the first token, and then reported once', async () => {
  server.on(ROUTE, ({ reply }) => reply(500, { error: { message: 'CUDA out of memory' } }));
  await ask({}, { LLM_ATTEMPTS: '2' }).catch(() => {});
  expect(server.requests).toHaveLength(2);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({ endpoint: 'llm', failure: 'status', status: 500 });
});

test('no key is needed', async () => {
  server.on(ROUTE, answer([chunk({ content: 'ok' })]));
  expect(await ask()).toBe('ok');
});
