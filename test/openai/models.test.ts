import { expect, test } from 'vitest';
import { listModels } from '../../src/openai/models.ts';
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
  expect(await listModels({ baseUrl: server.baseUrl, apiKey: 'k', deadlines })).toEqual(['a', 'b']);
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
