import { expect, test } from 'vitest';
import { followRequests } from '../../src/call/follow-requests.ts';
import type { Happening } from '../../src/observe/call-events.ts';
import { traceIdOf } from '../../src/observe/trace/ids.ts';
import { readText, request } from '../../src/openai/request.ts';
import { endpointFailure } from '../helpers/endpoint-failure.ts';
import { useEndpointServer } from '../helpers/endpoint-server.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const deadlines = { connectTimeoutMs: 3000, firstByteTimeoutMs: 5000, stallTimeoutMs: 4000, attempts: 1 };
const server = useEndpointServer();
const context = { traceId: traceIdOf('AJ_1'), isSampled: true };

/** One request to the server, whose events are kept. */
function asked(trace?: typeof context, more: object = {}) {
  const told: Happening[] = [];
  const onRequest = followRequests((happening) => told.push(happening), trace);
  const options = {
    ...({
      endpoint: 'llm',
      url: `${server.origin}/v1/x`,
      model: 'qwen',
      init: { method: 'POST' },
      deadlines,
    } as const),
    onRequest: (sent: Parameters<typeof onRequest>[0]) => onRequest(sent, 7),
    ...more,
  };
  return { told, options, answer: request(options) };
}

test('a request of a traced call names its span, under which the server’s own spans join', async () => {
  server.on('POST /v1/x', (exchange) => exchange.reply(200, 'yes'));
  const { told, options, answer } = asked(context);
  await readText(options, await answer);
  const { request: received } = await server.received(1);
  const [told1] = told;
  const spanId = told1?.type === 'request' ? told1.spanId : undefined;
  expect(spanId).toMatch(/^[0-9a-f]{16}$/);
  expect(received.headers.traceparent).toBe(`00-${context.traceId}-${spanId}-01`);
  expect(told).toMatchObject([
    {
      type: 'request',
      endpoint: 'llm',
      model: 'qwen',
      attempt: 7,
      kind: 'first',
      status: 200,
      outcome: 'answered',
    },
  ]);
});

test('without traces a request carries no header of theirs, and is told all the same', async () => {
  server.on('POST /v1/x', (exchange) => exchange.reply(200, 'yes'));
  const { told, options, answer } = asked();
  await readText(options, await answer);
  expect((await server.received(1)).request.headers).not.toHaveProperty('traceparent');
  expect(told).toMatchObject([{ type: 'request', spanId: undefined, outcome: 'answered' }]);
});

test('a refusal has failed; what is cut was aborted, also where nobody reads its answer', async () => {
  server.on('POST /v1/x', (exchange) => exchange.reply(400, 'no'));
  const refused = asked(context);
  await endpointFailure(refused.answer);
  expect(refused.told).toMatchObject([{ status: 400, outcome: 'failed' }]);

  server.on('POST /v1/x', async (exchange) => {
    exchange.start(200);
    await exchange.write('y');
  });
  const cut = new AbortController();
  const unread = asked(context, { signal: cut.signal });
  await unread.answer;
  expect(unread.told).toEqual([]);
  cut.abort();
  expect(unread.told).toMatchObject([{ status: 200, outcome: 'aborted' }]);
});

test('a request beside a late one is told as that', async () => {
  const clock = manualClock();
  server.on(
    'POST /v1/x',
    () => {},
    (exchange) => exchange.reply(200, 'yes'),
  );
  const slow = { ...deadlines, attempts: 2, hedgeAfterMs: 300 };
  const { told, options, answer } = asked(context, { deadlines: slow, clock });
  await server.received(1);
  clock.advance(5000);
  await readText(options, await answer);
  expect(told.map((one) => one.type === 'request' && [one.kind, one.outcome])).toEqual([
    ['first', 'aborted'],
    [expect.stringMatching(/hedge|again/), 'answered'],
  ]);
});
