import { expect, test } from 'vitest';
import { type RequestOptions, readText, request } from '../../src/openai/request.ts';
import { endpointFailure } from '../helpers/endpoint-failure.ts';
import { useEndpointServer } from '../helpers/endpoint-server.ts';
import { hastyClock, manualClock } from '../helpers/manual-clock.ts';

const deadlines = { connectTimeoutMs: 3000, firstByteTimeoutMs: 5000, stallTimeoutMs: 4000, attempts: 1 };
const server = useEndpointServer();

function options(rest: Partial<RequestOptions> = {}): RequestOptions {
  const init = { method: 'POST', body: new TextEncoder().encode('{"input":"hello there"}') };
  return {
    endpoint: 'tts',
    url: `${server.origin}/v1/x`,
    init,
    deadlines,
    clock: hastyClock(),
    random: () => 0,
    ...rest,
  };
}

async function textOf(options: RequestOptions): Promise<string> {
  return readText(options, await request(options));
}

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
  const error = await endpointFailure(request(options({ deadlines: deadlinesOf(2) })));
  expect(error).toMatchObject({ failure: 'status', status: 500 });
  expect(server.requests).toHaveLength(5);
});

test('what would fail the same way again is not tried again', async () => {
  server.on('POST /v1/x', (exchange) => exchange.reply(400, { error: { message: 'unknown voice «x»' } }));
  const error = await endpointFailure(request(options({ deadlines: { ...deadlines, attempts: 3 } })));
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
  const error = await endpointFailure(request(options({ deadlines: { ...deadlines, attempts: 5 } })));
  expect(error).toMatchObject({ failure: 'status', status: 429 });
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
  const failed = endpointFailure(readText(call, answer));
  inBody.abort();
  expect(await failed).toMatchObject({ failure: 'aborted' });
  await (await server.received(1)).closed;

  server.on('POST /v1/x', (exchange) => exchange.reply(503));
  const inWait = new AbortController();
  const onRetry = () => inWait.abort();
  expect(
    await endpointFailure(
      request(options({ signal: inWait.signal, deadlines: { ...deadlines, attempts: 3 }, onRetry })),
    ),
  ).toMatchObject({ failure: 'aborted' });
  expect(server.requests).toHaveLength(2);

  expect(await endpointFailure(request(options({ signal: AbortSignal.abort() })))).toMatchObject({
    failure: 'aborted',
  });
  expect(server.requests).toHaveLength(2);
});

test('a wait between two tries ends with the abort', async () => {
  const clock = manualClock();
  const abort = new AbortController();
  server.on('POST /v1/x', (exchange) => exchange.reply(503));
  const failed = endpointFailure(
    request(options({ clock, signal: abort.signal, deadlines: { ...deadlines, attempts: 2 } })),
  );
  await clock.waitsFor(50);
  abort.abort();
  expect(await failed).toMatchObject({ failure: 'aborted' });
});
