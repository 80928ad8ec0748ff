import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EndpointError } from '../../src/errors.ts';
import { endpointUrl, type RequestOptions, readText, request } from '../../src/openai/request.ts';
import { type EndpointServer, endpointServer } from '../helpers/endpoint-server.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const deadlines = { connectTimeoutMs: 3000, firstByteTimeoutMs: 5000, stallTimeoutMs: 4000, attempts: 1 };
let server: EndpointServer;

beforeEach(async () => {
  server = await endpointServer();
});
afterEach(() => server.close());

function options(rest: Partial<RequestOptions> = {}): RequestOptions {
  const init = { method: 'POST', body: new TextEncoder().encode('{"input":"hello there"}') };
  return { endpoint: 'tts', url: `${server.origin}/v1/x`, init, deadlines, random: () => 0, ...rest };
}

async function failure(run: Promise<unknown>): Promise<EndpointError> {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(EndpointError);
  return error as EndpointError;
}

async function textOf(options: RequestOptions): Promise<string> {
  return readText(options, await request(options));
}

test('a host that accepts the connection but never finishes it fails at the connect deadline', async () => {
  // TLS that is never answered: the TCP connection alone does not count as connected.
  const mute = createServer((socket) => socket.on('error', () => {}));
  mute.listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const clock = manualClock();
  const failed = failure(
    request(options({ url: `https://127.0.0.1:${(mute.address() as AddressInfo).port}/v1/x`, clock })),
  );
  const [socket] = await once(mute, 'connection');
  const gone = once(socket, 'close');
  socket.resume();
  clock.advance(3000);
  const error = await failed;
  await gone;
  mute.close();
  expect(error).toMatchObject({ failure: 'connect', retryable: true });
  expect(error.message).toContain('no connection within 3000 ms');
});

test('a port where nothing listens fails as connect, with what to do', async () => {
  await server.close();
  const error = await failure(request(options()));
  server = await endpointServer();
  expect(error).toMatchObject({ failure: 'connect', hint: expect.stringContaining('Nothing listens there') });
  expect(error.message).toContain('ECONNREFUSED');
});

test('an answer whose headers came but no body fails at the first-byte deadline', async () => {
  const clock = manualClock();
  server.on('POST /v1/x', (exchange) => exchange.start(200));
  const failed = failure(request(options({ clock })));
  const exchange = await server.received(1);
  await clock.waitsFor(5000);
  clock.advance(5000);
  expect(await failed).toMatchObject({ failure: 'first-byte', retryable: true });
  await exchange.closed;
});

test('an answer that stops in the middle fails at the stall deadline, after the bytes that came', async () => {
  const clock = manualClock();
  server.on('POST /v1/x', async (exchange) => {
    exchange.start();
    await exchange.write('one');
  });
  const answer = await request(options({ clock }));
  const chunks: string[] = [];
  const failed = failure(
    (async () => {
      for await (const chunk of answer.body) chunks.push(Buffer.from(chunk).toString());
    })(),
  );
  await clock.waitsFor(4000);
  clock.advance(4000);
  const error = await failed;
  expect(error).toMatchObject({ failure: 'stall' });
  expect(error.message).toContain('nothing after 3 bytes within 4000 ms');
  expect(chunks).toEqual(['one']);
  await (await server.received(1)).closed;
});

test('time in which the reader does not read is no stall', async () => {
  const clock = manualClock();
  server.on('POST /v1/x', (exchange) => exchange.reply(200, 'whole'));
  const call = options({ clock });
  const answer = await request(call);
  clock.advance(60_000);
  expect(await readText(call, answer)).toBe('whole');
});

test('a connection that is cut in the body is a stall that names how far it came', async () => {
  server.on('POST /v1/x', async (exchange) => {
    exchange.start(200, { 'content-length': '100' });
    await exchange.write('half');
    exchange.cut();
  });
  const error = await failure(textOf(options()));
  expect(error).toMatchObject({ failure: 'stall' });
  expect(error.message).toContain('cut off after 4 bytes');
});

test('failures before the first byte are tried again, as often as allowed and no more', async () => {
  const deadlinesOf = (attempts: number) => ({ ...deadlines, attempts });
  const retries: string[] = [];
  const timings: number[] = [];
  server.on(
    'POST /v1/x',
    (exchange) => exchange.cut(),
    (exchange) => exchange.reply(503, 'busy'),
    (exchange) => exchange.reply(200, 'done'),
  );
  const text = await textOf(
    options({
      deadlines: deadlinesOf(3),
      onRetry: ({ failure }, attempt) => retries.push(`${attempt} ${failure}`),
      onTiming: ({ attempt }) => timings.push(attempt),
    }),
  );
  expect(text).toBe('done');
  expect(retries).toEqual(['1 first-byte', '2 status']);
  expect(timings).toEqual([3]);
  expect(server.requests.map(({ body }) => body.toString())).toEqual(
    Array(3).fill('{"input":"hello there"}'),
  );

  server.on('POST /v1/x', (exchange) => exchange.reply(500, 'broken'));
  const error = await failure(request(options({ deadlines: deadlinesOf(2) })));
  expect(error).toMatchObject({ failure: 'status', status: 500 });
  expect(server.requests).toHaveLength(5);
});

test('what would fail the same way again is not tried again', async () => {
  server.on('POST /v1/x', (exchange) => exchange.reply(400, { error: { message: 'unknown voice «x»' } }));
  const error = await failure(request(options({ deadlines: { ...deadlines, attempts: 3 } })));
  expect(error.message).toContain('answered 400: unknown voice «x»');
  expect(server.requests).toHaveLength(1);
});

test('waits grow, and Retry-After comes before them', async () => {
  const clock = manualClock();
  server.on(
    'POST /v1/x',
    (exchange) => exchange.reply(503),
    (exchange) => exchange.reply(503),
    (exchange) => exchange.reply(429, 'wait', { 'retry-after': '1' }),
    (exchange) => exchange.reply(200, 'done'),
  );
  const text = textOf(options({ clock, deadlines: { ...deadlines, attempts: 4 } }));
  for (const waitMs of [50, 100, 1000]) {
    await clock.waitsFor(waitMs);
    clock.advance(waitMs);
  }
  expect(await text).toBe('done');
});

test('a server that asks for more patience than a caller has is given up at once', async () => {
  server.on('POST /v1/x', (exchange) => exchange.reply(429, 'wait', { 'retry-after': '30' }));
  const error = await failure(request(options({ deadlines: { ...deadlines, attempts: 5 } })));
  expect(error).toMatchObject({ failure: 'status', status: 429 });
  expect(server.requests).toHaveLength(1);
});

test('an abort closes the connection in flight and is not tried again', async () => {
  const abort = new AbortController();
  server.on('POST /v1/x', () => {});
  const failed = failure(
    request(options({ signal: abort.signal, deadlines: { ...deadlines, attempts: 3 } })),
  );
  const exchange = await server.received(1);
  abort.abort();
  expect(await failed).toMatchObject({ failure: 'aborted', retryable: false });
  await exchange.closed;
  expect(server.requests).toHaveLength(1);
});

test('an abort in the body, in a wait between tries and before the start all end as aborted', async () => {
  server.on('POST /v1/x', async (exchange) => {
    exchange.start();
    await exchange.write('one');
  });
  const inBody = new AbortController();
  const call = options({ signal: inBody.signal });
  const answer = await request(call);
  const failed = failure(readText(call, answer));
  inBody.abort();
  expect(await failed).toMatchObject({ failure: 'aborted' });
  await (await server.received(1)).closed;

  server.on('POST /v1/x', (exchange) => exchange.reply(503));
  const inWait = new AbortController();
  const onRetry = () => inWait.abort();
  expect(
    await failure(
      request(options({ signal: inWait.signal, deadlines: { ...deadlines, attempts: 3 }, onRetry })),
    ),
  ).toMatchObject({ failure: 'aborted' });
  expect(server.requests).toHaveLength(2);

  expect(await failure(request(options({ signal: AbortSignal.abort() })))).toMatchObject({
    failure: 'aborted',
  });
  expect(server.requests).toHaveLength(2);
});

test('a reader that stops early closes the connection', async () => {
  server.on('POST /v1/x', async (exchange) => {
    exchange.start();
    await exchange.write('one');
  });
  for await (const _ of (await request(options())).body) break;
  await (await server.received(1)).closed;
});

test('a redirect is not followed, and the error says where it leads, without its query', async () => {
  server.on('POST /v1/x', (exchange) => exchange.reply(307, '', { location: 'http://other.test/v2?key=k' }));
  const error = await failure(
    request(options({ init: { method: 'POST', headers: { authorization: 'Bearer k' } } })),
  );
  expect(error.message).toContain('answered 307 (redirects to http://other.test/v2)');
  expect(server.requests).toHaveLength(1);
});

test('a web page with status 200 is named as what it is', async () => {
  server.on('POST /v1/x', (exchange) =>
    exchange.reply(200, '<html><title>Corporate login</title></html>', { 'content-type': 'text/html' }),
  );
  const error = await failure(request(options()));
  expect(error).toMatchObject({ failure: 'invalid', retryable: false });
  expect(error.message).toContain('web page: Corporate login');
});

test('a 404 on a base URL without /v1 says so', async () => {
  const error = await failure(request(options({ url: `${server.origin}/x` })));
  expect(error.hint).toContain('end in /v1');
});

test('neither key, credentials, query nor the text to speak show in an error', async () => {
  server.on('POST /v1/x', (exchange) =>
    exchange.reply(422, `key-123 cannot say hello there, sk-abcdef. Bearer zzz ${exchange.request.path}`),
  );
  const url = `${server.origin.replace('//', '//user:pass@')}/v1/x?token=t0k`;
  const error = await failure(request(options({ url, secrets: ['key-123', 'hello there'] })));
  expect(error.url).toBe(`${server.origin}/v1/x`);
  expect(`${error.message} ${error.hint}`).not.toMatch(/key-123|hello there|user|pass|t0k|abcdef|zzz/);
});

test('connections are used again, and one that the server closed meanwhile costs no attempt', async () => {
  server.on(
    'POST /v1/x',
    (exchange) => exchange.reply(200, 'one'),
    (exchange) => exchange.reply(200, 'two'),
    (exchange) => exchange.cut(),
    (exchange) => exchange.reply(200, 'three'),
  );
  for (const text of ['one', 'two']) expect(await textOf(options())).toBe(text);
  expect(server.connections).toBe(1);
  expect(await textOf(options())).toBe('three');
  expect(server.connections).toBe(2);
});

test('an endpoint URL is joined whatever its base ends in', () => {
  expect(endpointUrl('http://h:1/v1', 'audio/speech')).toBe('http://h:1/v1/audio/speech');
  expect(endpointUrl('http://h:1/v1/', 'models')).toBe('http://h:1/v1/models');
  expect(endpointUrl('http://h:1', 'models')).toBe('http://h:1/models');
  expect(endpointUrl('http://h:1/v1?api-version=2', 'models')).toBe('http://h:1/v1/models?api-version=2');
});
