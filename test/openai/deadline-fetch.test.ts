import { OpenAI } from 'openai';
import { beforeEach, expect, test } from 'vitest';
import type { EndpointError } from '../../src/errors.ts';
import { type DeadlineFetchOptions, deadlineFetch } from '../../src/openai/deadline-fetch.ts';
import { useEndpointServer } from '../helpers/endpoint-server.ts';
import { hastyClock, manualClock } from '../helpers/manual-clock.ts';

const ROUTE = 'POST /v1/chat/completions';
const deadlines = { connectTimeoutMs: 3000, firstByteTimeoutMs: 5000, stallTimeoutMs: 4000, attempts: 1 };
const server = useEndpointServer();
let errors: EndpointError[];

beforeEach(() => {
  errors = [];
});

function client(rest: Partial<DeadlineFetchOptions> = {}): OpenAI {
  const onError = (error: EndpointError) => errors.push(error);
  const fetch = deadlineFetch({ endpoint: 'llm', deadlines, clock: hastyClock(), onError, ...rest });
  return new OpenAI({ baseURL: server.baseUrl, apiKey: 'secret-key', maxRetries: 0, fetch });
}

const chat = { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }], stream: true as const };

async function said(openai: OpenAI, signal?: AbortSignal): Promise<{ text: string; error?: unknown }> {
  let text = '';
  try {
    const stream = await openai.chat.completions.create(chat, signal ? { signal } : {});
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    return { text };
  } catch (error) {
    return { text, error };
  }
}

const delta = (content: string) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;

test('the openai client streams through it, token by token, with headers and body intact', async () => {
  const clock = manualClock();
  server.on(ROUTE, async (exchange) => {
    exchange.start(200, { 'content-type': 'text/event-stream' });
    await exchange.write(delta('Hel'));
  });
  const timings: number[] = [];
  const stream = await client({
    clock,
    onTiming: ({ attempt }) => timings.push(attempt),
  }).chat.completions.create(chat);
  const iterator = stream[Symbol.asyncIterator]();
  expect((await iterator.next()).value?.choices[0]?.delta.content).toBe('Hel');
  const exchange = await server.received(1);
  await exchange.write(`${delta('lo')}data: [DONE]\n\n`);
  exchange.end();
  expect((await iterator.next()).value?.choices[0]?.delta.content).toBe('lo');
  expect((await iterator.next()).done).toBe(true);
  expect(exchange.request.json()).toEqual(chat);
  expect(exchange.request.headers).toMatchObject({
    authorization: 'Bearer secret-key',
    'content-type': 'application/json',
  });
  expect(timings).toEqual([1]);
});

test('a stream without [DONE] is whole', async () => {
  server.on(ROUTE, (exchange) =>
    exchange.reply(200, delta('Hello'), { 'content-type': 'text/event-stream' }),
  );
  expect(await said(client())).toEqual({ text: 'Hello' });
});

test('an answer in one piece works as well', async () => {
  server.on(ROUTE, (exchange) =>
    exchange.reply(200, { choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' } }] }),
  );
  const answer = await client().chat.completions.create({ ...chat, stream: false });
  expect(answer.choices[0]?.message.content).toBe('Hello');
});

test('failures before the first byte are tried again, here and not in the client', async () => {
  server.on(
    ROUTE,
    (exchange) => exchange.cut(),
    (exchange) => exchange.reply(503),
    (exchange) => exchange.reply(200, delta('Hello')),
  );
  expect(await said(client({ deadlines: { ...deadlines, attempts: 3 } }))).toEqual({ text: 'Hello' });
  expect(server.requests).toHaveLength(3);
  expect(errors).toEqual([]);
});

test('a final status reaches the client as its own error, in our words and without the key', async () => {
  server.on(ROUTE, (exchange) => exchange.reply(404, { error: { message: 'no model m for secret-key' } }));
  const { error } = await said(client());
  expect(error).toBeInstanceOf(OpenAI.NotFoundError);
  expect(String(error)).toContain('answered 404: no model m for …');
  expect(errors).toMatchObject([{ endpoint: 'llm', failure: 'status', status: 404 }]);
});

test('no answer within the deadline is a timeout to the client, and closes the connection', async () => {
  const clock = manualClock();
  server.on(ROUTE, (exchange) => exchange.start(200, { 'content-type': 'text/event-stream' }));
  const result = said(client({ clock }));
  const exchange = await server.received(1);
  await clock.waitsFor(5000);
  clock.advance(5000);
  expect((await result).error).toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
  expect(errors).toMatchObject([{ failure: 'first-byte' }]);
  await exchange.closed;
});

test('a stream that stops fails at the stall deadline, after the words that came', async () => {
  const clock = manualClock();
  server.on(ROUTE, async (exchange) => {
    exchange.start();
    await exchange.write(delta('Hel'));
  });
  const result = said(client({ clock }));
  await clock.waitsFor(4000);
  clock.advance(4000);
  expect(await result).toMatchObject({ text: 'Hel', error: { failure: 'stall' } });
  expect(errors).toMatchObject([{ failure: 'stall' }]);
});

test.each([
  ['a JSON error', '{"error":{"message":"model is loading"}}', 'model is loading'],
  ['a web page', '<html><title>Login</title></html>', 'Login'],
  ['nothing', '', 'with nothing'],
])('%s with status 200 in place of a stream is an error, not an empty answer', async (_, body, named) => {
  server.on(ROUTE, (exchange) => exchange.reply(200, body));
  const { text, error } = await said(client());
  expect(text).toBe('');
  expect(error).toBeInstanceOf(OpenAI.APIConnectionError);
  expect(errors).toMatchObject([{ failure: 'invalid' }]);
  expect(errors[0]?.message).toContain(named);
});

test('an abort, before or in the stream, closes the connection and is the error of the client', async () => {
  server.on(ROUTE, () => {});
  const before = new AbortController();
  const early = said(client(), before.signal);
  const first = await server.received(1);
  before.abort();
  expect((await early).error).toBeInstanceOf(OpenAI.APIUserAbortError);
  await first.closed;

  server.on(ROUTE, async (exchange) => {
    exchange.start();
    await exchange.write(delta('Hel'));
  });
  const stream = await client().chat.completions.create(chat);
  for await (const _ of stream) break;
  await (await server.received(2)).closed;
  expect(errors).toEqual([]);
});

test('as a fetch, it gives the connection up when the body is cancelled while it waits', async () => {
  server.on(ROUTE, async (exchange) => {
    exchange.start();
    await exchange.write('one');
  });
  const fetch = deadlineFetch({ endpoint: 'llm', deadlines });
  const response = await fetch(`${server.baseUrl}/chat/completions`, { method: 'POST', body: 'x' });
  const reader = response.body?.getReader();
  await reader?.read();
  const waiting = reader?.read();
  await reader?.cancel();
  expect(await waiting).toMatchObject({ done: true });
  await (await server.received(1)).closed;
});
