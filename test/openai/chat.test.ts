import { beforeEach, expect, test } from 'vitest';
import { EndpointError } from '../../src/errors.ts';
import { streamChat } from '../../src/openai/chat.ts';
import { ChatMemory } from '../../src/openai/chat-learned.ts';
import type { ChatPart } from '../../src/openai/chat-part.ts';
import type { RemoteOptions } from '../../src/openai/request.ts';
import { type Exchange, useEndpointServer } from '../helpers/endpoint-server.ts';
import { hastyClock, manualClock } from '../helpers/manual-clock.ts';

const ROUTE = 'POST /v1/chat/completions';
const deadlines = { connectTimeoutMs: 3000, firstByteTimeoutMs: 5000, stallTimeoutMs: 4000, attempts: 1 };
const server = useEndpointServer();
let memory: ChatMemory;
beforeEach(() => {
  memory = new ChatMemory();
});

const messages = [{ role: 'user', content: 'my number is 0123' }];

function stream(rest: Partial<RemoteOptions> = {}): AsyncGenerator<ChatPart> {
  const endpoint = {
    baseUrl: server.baseUrl,
    apiKey: 'secret-key',
    model: 'm',
    headers: { 'x-tenant': 'tenant-7' },
    memory,
  };
  return streamChat(endpoint, { messages }, { deadlines, clock: hastyClock(), ...rest });
}

async function said(rest: Partial<RemoteOptions> = {}): Promise<{ text: string; error?: EndpointError }> {
  let text = '';
  try {
    for await (const part of stream(rest)) text += part.text;
    return { text };
  } catch (error) {
    expect(error).toBeInstanceOf(EndpointError);
    return { text, error: error as EndpointError };
  }
}

const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;
const delta = (content: string, finish_reason: string | null = null) =>
  event({ choices: [{ index: 0, delta: { content }, finish_reason }] });
const DONE = 'data: [DONE]\n\n';

test('an answer streams in as it is written, with headers and body as asked', async () => {
  const clock = manualClock();
  server.on(ROUTE, async (exchange) => {
    exchange.start(200, { 'content-type': 'text/event-stream' });
    await exchange.write(delta('Hel'));
  });
  const timings: number[] = [];
  const parts = stream({ clock, onTiming: ({ attempt }) => timings.push(attempt) });
  expect((await parts.next()).value?.text).toBe('Hel');
  const exchange = await server.received(1);
  await exchange.write(`${delta('lo', 'stop')}${DONE}`);
  exchange.end();
  expect((await parts.next()).value).toMatchObject({ text: 'lo', finish: 'stop' });
  expect((await parts.next()).done).toBe(true);
  expect(exchange.request.json()).toEqual({
    model: 'm',
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  expect(exchange.request.headers).toMatchObject({
    authorization: 'Bearer secret-key',
    'content-type': 'application/json',
    'x-tenant': 'tenant-7',
  });
  expect(timings).toEqual([1]);
});

test.each([
  ['delta: null', event({ choices: [{ index: 0, delta: null }] })],
  ['choices: null', event({ choices: null })],
  ['choices: []', event({ choices: [], usage: null })],
  ['no choices', event({ object: 'ping' })],
  ['a comment', ': keep-alive\n\n'],
  ['a chunk that is no JSON', 'data: {"choices": [{\n\n'],
  ['a chunk that is no object', 'data: null\n\ndata: 7\n\n'],
  ['content: null', event({ choices: [{ delta: { content: null, tool_calls: null } }] })],
])('%s is skipped, first, in the middle and last', async (_, odd) => {
  server.on(ROUTE, (exchange) =>
    exchange.reply(200, `${odd}${delta('Hel')}${odd}${delta('lo', 'stop')}${odd}${DONE}`),
  );
  expect(await said()).toEqual({ text: 'Hello' });
});

test('blank lines may come long before the first event', async () => {
  server.on(ROUTE, async (exchange) => {
    exchange.start(200, { 'content-type': 'text/event-stream' });
    await exchange.write('\n\n');
    await exchange.write(delta('Hello', 'stop'));
    exchange.end();
  });
  expect(await said()).toEqual({ text: 'Hello' });
});

test.each([
  ['without [DONE]', delta('Hello')],
  [
    'with an error after its end',
    `${delta('Hello', 'stop')}${event({ error: { message: 'usage failed' } })}`,
  ],
])('an answer %s is whole', async (_, body) => {
  server.on(ROUTE, (exchange) => exchange.reply(200, body, { 'content-type': 'text/event-stream' }));
  expect(await said()).toEqual({ text: 'Hello' });
});

test('an answer whose connection is cut after its end is whole', async () => {
  server.on(ROUTE, async (exchange) => {
    exchange.start(200);
    await exchange.write(delta('Hello', 'stop'));
    exchange.cut();
  });
  expect(await said()).toEqual({ text: 'Hello' });
});

test('the next request goes over the connection of the last, though its end came after [DONE]', async () => {
  server.on(ROUTE, async (exchange) => {
    exchange.start(200);
    await exchange.write(delta('Hello', 'stop'));
    await exchange.write(DONE);
    exchange.end();
  });
  for (let turn = 1; turn <= 3; turn += 1) {
    expect(await said({ clock: manualClock() })).toEqual({ text: 'Hello' });
    await (await server.received(turn)).closed;
  }
  expect(server.connections).toBe(1);
});

test('a connection that stays open after [DONE] holds up nobody', async () => {
  server.on(ROUTE, async (exchange) => {
    exchange.start(200);
    await exchange.write(`${delta('Hello', 'stop')}${DONE}`);
  });
  expect(await said()).toEqual({ text: 'Hello' });
  await (await server.received(1)).closed;
});

test('only [DONE] is an empty answer, not a failure', async () => {
  server.on(ROUTE, (exchange) => exchange.reply(200, DONE));
  expect(await said()).toEqual({ text: '' });
});

test('an error in the middle ends the answer, with the words of the server and without those of the caller', async () => {
  server.on(ROUTE, (exchange) =>
    exchange.reply(200, `${delta('Hel')}${event({ error: { message: 'no room for my number is 0123' } })}`),
  );
  const { text, error } = await said();
  expect(text).toBe('Hel');
  expect(error).toMatchObject({ failure: 'invalid', endpoint: 'llm' });
  expect(error?.message).toContain('no room for …');
});

test('failures before the first byte are tried again', async () => {
  server.on(
    ROUTE,
    (exchange) => exchange.cut(),
    (exchange) => exchange.reply(503),
    (exchange) => exchange.reply(200, delta('Hello')),
  );
  expect(await said({ deadlines: { ...deadlines, attempts: 3 } })).toEqual({ text: 'Hello' });
  expect(server.requests).toHaveLength(3);
});

test('a refusal that teaches something is no failed attempt, and is learned once', async () => {
  const refuse = (field: string) => (exchange: Exchange) =>
    exchange.reply(422, {
      detail: [{ loc: ['body', field], msg: 'Extra inputs are not permitted', input: 'x' }],
    });
  const answer = (exchange: Exchange) => exchange.reply(200, delta('Hello'));
  server.on(ROUTE, refuse('stream_options'), answer, answer);
  expect(await said()).toEqual({ text: 'Hello' });
  expect(await said()).toEqual({ text: 'Hello' });
  expect(server.requests.map((request) => request.json())).toEqual([
    { model: 'm', messages, stream: true, stream_options: { include_usage: true } },
    { model: 'm', messages, stream: true },
    { model: 'm', messages, stream: true },
  ]);
  expect(memory.learned).toEqual({ without: ['stream_options'] });
});

test('a server that refuses the same again is asked no more', async () => {
  server.on(ROUTE, (exchange) =>
    exchange.reply(500, { error: { message: 'Jinja Exception: System role not supported' } }),
  );
  expect((await said()).error).toMatchObject({ failure: 'status', status: 500 });
  expect(server.requests).toHaveLength(2);
});

test('a final status has the words of the server, without the key', async () => {
  server.on(ROUTE, (exchange) =>
    exchange.reply(404, { error: { message: 'no model m for secret-key of tenant-7' } }),
  );
  const { error } = await said();
  expect(error).toMatchObject({ endpoint: 'llm', failure: 'status', status: 404 });
  expect(error?.message).toContain('answered 404: no model m for … of …');
});

test('no answer within the deadline closes the connection', async () => {
  const clock = manualClock();
  server.on(ROUTE, (exchange) => exchange.start(200, { 'content-type': 'text/event-stream' }));
  const result = said({ clock });
  const exchange = await server.received(1);
  await clock.waitsFor(5000);
  clock.advance(5000);
  expect((await result).error).toMatchObject({ failure: 'first-byte' });
  await exchange.closed;
});

test('a stream that stops fails at the stall deadline, after the words that came', async () => {
  const clock = manualClock();
  server.on(ROUTE, async (exchange) => {
    exchange.start();
    await exchange.write(delta('Hel'));
  });
  const result = said({ clock });
  await clock.waitsFor(4000);
  clock.advance(4000);
  expect(await result).toMatchObject({ text: 'Hel', error: { failure: 'stall' } });
});

test.each([
  ['a JSON error', '{"error":{"message":"model is loading"}}', 'model is loading'],
  ['a web page', '<html><title>Login</title></html>', 'Login'],
  ['nothing', '', 'with nothing'],
  ['blank lines', '\n\n', 'with nothing'],
])('%s with status 200 in place of a stream is an error, not an empty answer', async (_, body, named) => {
  server.on(ROUTE, (exchange) => exchange.reply(200, body));
  const { text, error } = await said();
  expect(text).toBe('');
  expect(error).toMatchObject({ failure: 'invalid' });
  expect(error?.message).toContain(named);
});

test('an abort before the answer, and leaving in the middle of it, close the connection', async () => {
  server.on(ROUTE, () => {});
  const before = new AbortController();
  const early = said({ signal: before.signal });
  const first = await server.received(1);
  before.abort();
  expect((await early).error).toMatchObject({ failure: 'aborted' });
  await first.closed;

  server.on(ROUTE, async (exchange) => {
    exchange.start();
    await exchange.write(delta('Hel'));
  });
  for await (const _ of stream()) break;
  await (await server.received(2)).closed;
});

test('an answer without end is passed on up to its bound, and then given up', async () => {
  let isGone = false;
  server.on(ROUTE, async (exchange) => {
    exchange.closed.then(() => {
      isGone = true;
    });
    exchange.start(200, { 'content-type': 'text/event-stream' });
    while (!isGone) await Promise.race([exchange.write(delta('again and again. ')), exchange.closed]);
  });
  const { text, error } = await said();
  expect(error).toMatchObject({ failure: 'invalid', retryable: false });
  expect(error?.message).toContain('more than 20000 characters');
  expect(text.length).toBeGreaterThan(19_900);
  expect(text.length).toBeLessThanOrEqual(20_000);
});

test('a line without end is given up, and named', async () => {
  server.on(ROUTE, ({ reply }) => reply(200, `data: ${'x'.repeat(2_000_000)}`));
  const { error } = await said();
  expect(error).toMatchObject({ failure: 'invalid' });
  expect(error?.message).toContain('an event of more than 1048576 characters');
});
