import { expect, test } from 'vitest';
import { endpointUrl, type RequestOptions, readText, request } from '../../src/openai/request.ts';
import { RouteMemory } from '../../src/openai/route-memory.ts';
import { endpointFailure } from '../helpers/endpoint-failure.ts';
import { type Exchange, useEndpointServer } from '../helpers/endpoint-server.ts';

const deadlines = { connectTimeoutMs: 3000, firstByteTimeoutMs: 5000, stallTimeoutMs: 4000, attempts: 1 };
const server = useEndpointServer();

function options(rest: Partial<RequestOptions> = {}): RequestOptions {
  const init = { method: 'POST', body: new TextEncoder().encode('{"input":"hello there"}') };
  return { endpoint: 'tts', url: `${server.origin}/v1/x`, init, deadlines, ...rest };
}

test('a text without end is given up at its limit', async () => {
  server.on('POST /v1/x', async (exchange) => {
    exchange.start();
    await exchange.write('x'.repeat(100));
  });
  const call = options();
  expect(await endpointFailure(request(call).then((answer) => readText(call, answer, 99)))).toMatchObject({
    failure: 'invalid',
  });
  await (await server.received(1)).closed;
});

test('a redirect is not followed, and the error says where it leads, without its query', async () => {
  server.on('POST /v1/x', (exchange) => exchange.reply(307, '', { location: 'http://other.test/v2?key=k' }));
  const error = await endpointFailure(
    request(options({ init: { method: 'POST', headers: { authorization: 'Bearer k' } } })),
  );
  expect(error.message).toContain('answered 307 (redirects to http://other.test/v2)');
  expect(server.requests).toHaveLength(1);
});

test('a web page with status 200 is named as what it is, and may be a moment’s', async () => {
  const page = (exchange: Exchange) =>
    exchange.reply(200, '<html><title>Corporate login</title></html>', { 'content-type': 'text/html' });
  server.on('POST /v1/x', page);
  const error = await endpointFailure(request(options()));
  expect(error).toMatchObject({ failure: 'invalid' });
  expect(error.message).toContain('web page: Corporate login');
  server.on('POST /v1/x', page, (exchange) => exchange.reply(200, 'sound'));
  const routes = new RouteMemory();
  const answer = await request(options({ deadlines: { ...deadlines, attempts: 3 }, routes }));
  expect(await readText(options(), answer)).toBe('sound');
});

test('a 404 on a base URL without /v1 says so', async () => {
  const error = await endpointFailure(request(options({ url: `${server.origin}/x` })));
  expect(error.hint).toContain('end in /v1');
});

test('neither key, credentials, query nor the text to speak show in an error', async () => {
  server.on('POST /v1/x', (exchange) =>
    exchange.reply(422, `key-123 cannot say "hello" there, sk-abcdef. Bearer zzz ${exchange.request.path}`),
  );
  const url = `${server.origin.replace('//', '//user:pass@')}/v1/x?token=t0k`;
  const error = await endpointFailure(request(options({ url, secrets: ['key-123', '"hello" there'] })));
  expect(error.url).toBe(`${server.origin}/v1/x`);
  expect(`${error.message} ${error.hint}`).not.toMatch(/key-123|hello|user|pass|t0k|abcdef|zzz/);
});

test('an endpoint URL is joined whatever its base ends in', () => {
  expect(endpointUrl('http://h:1/v1', 'audio/speech')).toBe('http://h:1/v1/audio/speech');
  expect(endpointUrl('http://h:1/v1/', 'models')).toBe('http://h:1/v1/models');
  expect(endpointUrl('http://h:1', 'models')).toBe('http://h:1/models');
  expect(endpointUrl('http://h:1/v1?api-version=2', 'models')).toBe('http://h:1/v1/models?api-version=2');
});
