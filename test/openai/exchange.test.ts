import { getEventListeners, once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { type RequestOptions, readText, request } from '../../src/openai/request.ts';
import { endpointFailure } from '../helpers/endpoint-failure.ts';
import { endpointServer, useEndpointServer } from '../helpers/endpoint-server.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const deadlines = { connectTimeoutMs: 3000, firstByteTimeoutMs: 5000, stallTimeoutMs: 4000, attempts: 1 };
const server = useEndpointServer();

function options(rest: Partial<RequestOptions> = {}): RequestOptions {
  const init = { method: 'POST', body: new TextEncoder().encode('{"input":"hello there"}') };
  return { endpoint: 'tts', url: `${server.origin}/v1/x`, init, deadlines, ...rest };
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
  const failed = endpointFailure(
    request(options({ url: `https://127.0.0.1:${(mute.address() as AddressInfo).port}/v1/x`, clock })),
  );
  const [socket] = await once(mute, 'connection');
  // Its hello: the TCP connection stands.
  await once(socket, 'data');
  const gone = once(socket, 'close');
  clock.advance(3000);
  const error = await failed;
  await gone;
  mute.close();
  expect(error).toMatchObject({ failure: 'connect', retryable: true });
  expect(error.message).toContain('no connection within 3000 ms');
});

test('a port where nothing listens fails as connect, with what to do', async () => {
  const gone = await endpointServer();
  await gone.close();
  const error = await endpointFailure(request(options({ url: `${gone.origin}/v1/x` })));
  expect(error).toMatchObject({ failure: 'connect', hint: expect.stringContaining('Nothing listens there') });
  expect(error.message).toContain('ECONNREFUSED');
});

test('an answer whose headers came but no body fails at the first-byte deadline', async () => {
  const clock = manualClock();
  server.on('POST /v1/x', (exchange) => exchange.start(200));
  const failed = endpointFailure(request(options({ clock })));
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
  const failed = endpointFailure(
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
  server.on('POST /v1/x', async (exchange) => {
    exchange.start();
    await exchange.write('one');
  });
  const answer = await request(options({ clock }));
  const chunks = answer.body[Symbol.asyncIterator]();
  clock.advance(60_000);
  await chunks.next();
  clock.advance(60_000);
  const exchange = await server.received(1);
  await exchange.write('two');
  expect(Buffer.from((await chunks.next()).value ?? []).toString()).toBe('two');
  clock.advance(60_000);
  exchange.end();
  expect((await chunks.next()).done).toBe(true);
});

test('a connection that is cut in the body is a stall that names how far it came', async () => {
  server.on('POST /v1/x', async (exchange) => {
    exchange.start(200, { 'content-length': '100' });
    await exchange.write('half');
    exchange.cut();
  });
  const error = await endpointFailure(textOf(options()));
  expect(error).toMatchObject({ failure: 'stall' });
  expect(error.message).toContain('cut off after 4 bytes');
});

test('an abort closes the connection in flight and is not tried again', async () => {
  const abort = new AbortController();
  server.on('POST /v1/x', () => {});
  const failed = endpointFailure(
    request(options({ signal: abort.signal, deadlines: { ...deadlines, attempts: 3 } })),
  );
  const exchange = await server.received(1);
  abort.abort();
  expect(await failed).toMatchObject({ failure: 'aborted', retryable: false });
  await exchange.closed;
  expect(server.requests).toHaveLength(1);
});

test('a reader that stops early closes the connection', async () => {
  server.on('POST /v1/x', async (exchange) => {
    exchange.start();
    await exchange.write('one');
  });
  for await (const _ of (await request(options())).body) break;
  await (await server.received(1)).closed;
});

test('an abort counts even where the transport goes on as if nothing was', async () => {
  const abort = new AbortController();
  const call = options({
    signal: abort.signal,
    transport: async ({ onConnected }) => {
      onConnected();
      const body = (async function* () {
        yield Buffer.from('one');
        yield Buffer.from('two');
      })();
      return { status: 200, headers: new Headers(), body, close: () => {} };
    },
  });
  const chunks = (await request(call)).body[Symbol.asyncIterator]();
  await chunks.next();
  abort.abort();
  await expect(chunks.next()).rejects.toMatchObject({ failure: 'aborted' });
});

test('a finished call leaves nothing on the signal, which may live as long as the caller', async () => {
  const { signal } = new AbortController();
  server.on(
    'POST /v1/x',
    (exchange) => exchange.reply(503),
    (exchange) => exchange.reply(200, 'done'),
  );
  await textOf(options({ signal, deadlines: { ...deadlines, attempts: 2 } }));
  expect(getEventListeners(signal, 'abort')).toEqual([]);
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

test('a server that speaks no HTTP is invalid, and what it may be is said', async () => {
  const tls = createServer((socket) =>
    socket.on('error', () => {}).once('data', () => socket.end('\x15\x03\x01')),
  );
  tls.listen(0, '127.0.0.1');
  await once(tls, 'listening');
  const url = `http://127.0.0.1:${(tls.address() as AddressInfo).port}/v1/x`;
  const error = await endpointFailure(request(options({ url })));
  tls.close();
  expect(error).toMatchObject({ failure: 'invalid', hint: expect.stringContaining('https port') });
});
