import { setImmediate as settled } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fault } from '../../src/openai/fault.ts';
import { type RequestOptions, readText, request } from '../../src/openai/request.ts';
import { retrying } from '../../src/openai/route.ts';
import { RouteMemory } from '../../src/openai/route-memory.ts';
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

const tenSeconds = { ...deadlines, firstByteTimeoutMs: 10_000, attempts: 3 };
/** Never answers. */
const HANGS = Number.POSITIVE_INFINITY;

/** An endpoint that answers its requests after these times, in order; the last one stays. */
function endpoint(...answerMs: number[]) {
  const clock = manualClock();
  const routes = new RouteMemory();
  const log: string[] = [];
  let requests = 0;
  const ask = (signal?: AbortSignal, attempts = tenSeconds.attempts) =>
    retrying(
      {
        endpoint: 'stt',
        url: 'http://127.0.0.1/v1/x',
        init: { method: 'POST', body: new Uint8Array(1000) },
        deadlines: { ...tenSeconds, attempts },
        ...{ clock, routes, signal, random: () => 0 },
      },
      (call) =>
        new Promise<string>((resolve, reject) => {
          const number = ++requests;
          const afterMs = answerMs[Math.min(number, answerMs.length) - 1] ?? HANGS;
          log.push(`${clock.now()} sent ${number}`);
          const stopAnswer = Number.isFinite(afterMs)
            ? clock.after(afterMs, () => resolve(`answer ${number}`))
            : () => {};
          const within = call.deadlines.firstByteTimeoutMs;
          const stopDeadline = clock.after(within, () =>
            reject(fault(call, 'first-byte', `no answer within ${within} ms`)),
          );
          call.signal?.addEventListener('abort', () => {
            log.push(`${clock.now()} aborted ${number}`);
            stopAnswer();
            stopDeadline();
            reject(fault(call, 'aborted', 'cancelled'));
          });
        }),
    ).then(
      (text) => log.push(`${clock.now()} ${text}`),
      (error) => log.push(`${clock.now()} ${error.failure}`),
    );
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1000) {
      clock.advance(1000);
      await settled();
    }
  };
  return {
    ...{ log, pass, ask },
    async asked(ms = 60_000) {
      void ask();
      await pass(ms);
      return log.splice(0);
    },
    requests: () => requests,
  };
}

test('an endpoint that always takes 25 s is asked once each time', async () => {
  const { asked } = endpoint(25_000);
  expect(await asked()).toEqual(['0 sent 1', '25000 answer 1']);
  expect(await asked()).toEqual(['60000 sent 2', '85000 answer 2']);
});

test('with every fifth request hanging for 30 s, all are answered', async () => {
  const { asked } = endpoint(...Array.from({ length: 50 }, (_, i) => (i % 5 === 4 ? 30_000 : 400)));
  for (let turn = 0; turn < 30; turn++) {
    const log = await asked();
    expect(log.filter((entry) => entry.includes('answer'))).toHaveLength(1);
    const tookMs = Number.parseInt(log.find((entry) => entry.includes('answer')) ?? '', 10) % 60_000;
    expect(tookMs).toBeLessThanOrEqual(11_000);
  }
});

test('an endpoint that hangs is given up, and is never sent more than two at once', async () => {
  const { asked, requests } = endpoint(400, HANGS);
  await asked();
  expect(await asked()).toEqual(['60000 sent 2', '70000 sent 3', '90000 first-byte']);
  expect(requests()).toBe(3);
});

test('the first request of all is not lost either', async () => {
  const { asked } = endpoint(HANGS, 400);
  expect(await asked()).toEqual(['0 sent 1', '30000 sent 2', '31000 aborted 1', '31000 answer 2']);
});

test('the first answer counts, whichever try it belongs to', async () => {
  const { asked } = endpoint(400, 12_000, 500, 11_000, 5000);
  await asked();
  expect(await asked()).toEqual(['60000 sent 2', '70000 sent 3', '71000 aborted 2', '71000 answer 3']);
  expect(await asked()).toEqual(['120000 sent 4', '130000 sent 5', '131000 aborted 5', '131000 answer 4']);
});

test('an abort ends all tries, and starts none', async () => {
  const abort = new AbortController();
  const { ask, asked, pass, log } = endpoint(400, HANGS);
  await asked(1000);
  void ask(abort.signal);
  await pass(11_000);
  abort.abort();
  await settled();
  await pass(60_000);
  expect(log).toEqual(['1000 sent 2', '11000 sent 3', '12000 aborted 2', '12000 aborted 3', '12000 aborted']);
});

test('a single try is not repeated when it is late', async () => {
  const { ask, pass, log } = endpoint(HANGS);
  void ask(undefined, 1);
  await pass(60_000);
  expect(log).toEqual(['0 sent 1', '10000 first-byte']);
});
