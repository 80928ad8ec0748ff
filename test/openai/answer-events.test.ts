import { expect, test } from 'vitest';
import { endpointFailure } from '../helpers/endpoint-failure.ts';
import { type Exchange, useEndpointServer } from '../helpers/endpoint-server.ts';
import { hastyClock, type ManualClock, manualClock } from '../helpers/manual-clock.ts';
import { BODY_ROUTES, type BodyRoute, GOOD, ROUTES } from '../helpers/model-routes.ts';

const server = useEndpointServer();
const deadlines = { connectTimeoutMs: 3000, firstByteTimeoutMs: 5000, stallTimeoutMs: 4000, attempts: 1 };
const methodOf = (route: BodyRoute) => (route === 'models' ? 'GET' : 'POST');
const on = (route: BodyRoute, ...handlers: ((exchange: Exchange) => void | Promise<void>)[]) =>
  server.on(`${methodOf(route)} /v1/${ROUTES[route].path}`, ...handlers);

/** Writes the same again and again, 3 s apart, so that no two bytes are further apart than any deadline. */
async function drip(exchange: Exchange, clock: ManualClock, bytes: string, taken: () => boolean) {
  for (let round = 0; round < 10 && !taken(); round += 1) {
    await exchange.write(bytes);
    await new Promise((resolve) => setTimeout(resolve, 5));
    clock.advance(3000);
  }
}

test.for([
  ['stt batch', '{"text":"', ' ', 'stall'],
  ['stt sse', ': ping\n\n', ': ping\n\n', 'first-byte'],
  ['stt sse', 'data: {"type":"transcript.text.delta","delta":"Hi"}\n\n', ': ping\n\n', 'stall'],
  ['chat', ': ping\n\n', ': ping\n\n', 'first-byte'],
  ['chat', 'data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n', ': ping\n\n', 'stall'],
  ['models', '{"data":[', ' ', 'stall'],
] as const)(
  '%s: after «%s», a connection kept busy with «%s» is a %s',
  async ([route, begin, more, failure]) => {
    const clock = manualClock();
    on(route, (exchange) => exchange.start(200, { 'content-type': ROUTES[route].good.type }));
    let error: Error | undefined;
    const ended = endpointFailure(ROUTES[route].ask({ baseUrl: server.baseUrl, deadlines, clock })).then(
      (it) => {
        error = it;
        return it;
      },
    );
    const exchange = await server.received(1);
    await exchange.write(begin);
    await drip(exchange, clock, more, () => error !== undefined);
    expect(await ended).toMatchObject({ failure, retryable: true });
    await exchange.closed;
  },
);

test.for(['stt sse', 'chat'] as const)(
  '%s: a server that only keeps the connection is asked again',
  async (route) => {
    const clock = manualClock();
    on(
      route,
      (exchange) => {
        exchange.start(200, { 'content-type': 'text/event-stream' });
        void exchange.write(': ping\n\n');
      },
      (exchange) => exchange.reply(200, ROUTES[route].good.body, { 'content-type': 'text/event-stream' }),
    );
    const twice = { ...deadlines, attempts: 2 };
    const ended = ROUTES[route].ask({ baseUrl: server.baseUrl, deadlines: twice, clock });
    await server.received(1);
    await clock.waitsFor(10_000);
    for (let round = 0; round < 10 && server.requests.length < 2; round += 1) {
      clock.advance(2000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await ended).toBe(GOOD[route]);
  },
);

test.for(BODY_ROUTES)('%s: after 429 with a short Retry-After it is asked again', async (route) => {
  const { body, type } = ROUTES[route].good;
  on(
    route,
    (exchange) => exchange.reply(429, { error: { message: 'slow down' } }, { 'retry-after': '1' }),
    (exchange) => exchange.reply(200, body, { 'content-type': type }),
  );
  const twice = { ...deadlines, attempts: 2 };
  const asked = ROUTES[route].ask({ baseUrl: server.baseUrl, deadlines: twice, clock: hastyClock() });
  expect(await asked).toBe(GOOD[route]);
});

test.for(BODY_ROUTES)('%s: a connection closed after each answer is never noticed', async (route) => {
  const { body, type } = ROUTES[route].good;
  on(route, (exchange) => {
    exchange.reply(200, body, { 'content-type': type, 'keep-alive': 'timeout=60' });
    void exchange.closed.then(() => exchange.cut());
  });
  for (let turn = 1; turn <= 3; turn += 1)
    expect(await ROUTES[route].ask({ baseUrl: server.baseUrl, deadlines })).toBe(GOOD[route]);
  expect(server.requests).toHaveLength(3);
});

test.for(BODY_ROUTES)(
  '%s: a good answer is taken after 1xx, in chunks of one byte, as 206',
  async (route) => {
    const { body, type } = ROUTES[route].good;
    on(route, async (exchange) => {
      exchange.start(206, { 'content-type': type, trailer: 'x-checksum' });
      for (const byte of Buffer.from(body).subarray(0, 200)) await exchange.write(Uint8Array.of(byte));
      await exchange.write(Buffer.from(body).subarray(200));
      exchange.end();
    });
    expect(await ROUTES[route].ask({ baseUrl: server.baseUrl, deadlines })).toBe(GOOD[route]);
  },
);
