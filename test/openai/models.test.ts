import { expect, test } from 'vitest';
import { listModels, listVoices } from '../../src/openai/models.ts';
import { useEndpointServer } from '../helpers/endpoint-server.ts';

const ROUTE = 'GET /v1/models';
const deadlines = { connectTimeoutMs: 3000, firstByteTimeoutMs: 5000, stallTimeoutMs: 4000, attempts: 1 };
const server = useEndpointServer();

test.each([
  ['as OpenAI lists them', { object: 'list', data: [{ id: 'a', extra: 1 }, { id: 'b' }] }],
  ['under `models`', { models: [{ name: 'a' }, { id: 'b' }, {}] }],
  ['as a bare list', ['a', 'b', null]],
])('models are read %s', async (_, body) => {
  server.on(ROUTE, (exchange) => exchange.reply(200, body));
  expect(await listModels({ baseUrl: server.baseUrl, apiKey: 'k', deadlines })).toEqual([
    { id: 'a' },
    { id: 'b' },
  ]);
  expect(server.requests[0]?.headers.authorization).toBe('Bearer k');
});

test.each([404, 405, 501])('a server without the route (%d) is no error', async (status) => {
  server.on(ROUTE, (exchange) => exchange.reply(status));
  expect(await listModels({ baseUrl: server.baseUrl, deadlines })).toBeUndefined();
});

test('a wrong key and an answer without a list are errors', async () => {
  const options = { baseUrl: server.baseUrl, deadlines, endpoint: 'llm' as const };
  server.on(ROUTE, (exchange) => exchange.reply(401, { error: { message: 'bad key' } }));
  await expect(listModels(options)).rejects.toMatchObject({
    endpoint: 'llm',
    failure: 'status',
    status: 401,
  });
  server.on(ROUTE, (exchange) => exchange.reply(200, { ok: true }));
  await expect(listModels(options)).rejects.toMatchObject({ failure: 'invalid' });
  server.on(ROUTE, (exchange) => exchange.reply(200, 'OK'));
  await expect(listModels(options)).rejects.toMatchObject({ failure: 'invalid' });
});

test('what servers say of a model beside its name is read', async () => {
  server.on(ROUTE, (exchange) =>
    exchange.reply(200, {
      data: [
        { id: 'qwen', max_model_len: 8192 },
        { id: 'kokoro', sample_rate: 24000, voices: [{ name: 'af_heart' }, 'bm_fable', 7] },
      ],
    }),
  );
  expect(await listModels({ baseUrl: server.baseUrl, deadlines })).toEqual([
    { id: 'qwen', contextTokens: 8192 },
    { id: 'kokoro', sampleRate: 24000, voices: ['af_heart', 'bm_fable'] },
  ]);
});

test.each([
  ['vLLM', { max_model_len: 4096 }],
  ['llama-server', { meta: { n_ctx: 4096, n_ctx_train: 8192 } }],
  ['Groq', { context_window: 4096 }],
  ['OpenRouter', { context_length: 4096 }],
  ['Mistral', { max_context_length: 4096 }],
])('how much a model takes is read as the server writes it: %s', async (_, fields) => {
  server.on(ROUTE, (exchange) => exchange.reply(200, { data: [{ id: 'm', ...fields }] }));
  expect(await listModels({ baseUrl: server.baseUrl, deadlines })).toEqual([
    { id: 'm', contextTokens: 4096 },
  ]);
});

test('voices are read where there is a list of them', async () => {
  const options = { baseUrl: server.baseUrl, deadlines };
  expect(await listVoices(options)).toBeUndefined();
  server.on('GET /v1/audio/voices', (exchange) =>
    exchange.reply(200, { voices: ['af_heart', { id: 'alloy' }] }),
  );
  expect(await listVoices(options)).toEqual(['af_heart', 'alloy']);
});
