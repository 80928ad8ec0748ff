import { expect, test } from 'vitest';
import { streamChat } from '../../src/openai/chat.ts';
import { ChatMemory } from '../../src/openai/chat-learned.ts';
import { piecesInTime } from '../../src/openai/pieces.ts';
import { keyOf, RouteMemory } from '../../src/openai/route-memory.ts';
import { useEndpointServer } from '../helpers/endpoint-server.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const server = useEndpointServer();
const SERVER = { baseUrl: 'http://gpu/v1', model: 'm' };
const KEY = keyOf('llm', SERVER);
const settled = () => new Promise<void>((done) => setImmediate(done));

interface How {
  isHeard?: boolean;
  stallAfterMs?: number;
  endpoint?: 'llm' | 'tts';
}

/** An answer whose pieces a test sends, of a server that paused for so long in recent ones. */
function answer(pausesMs: readonly number[], how: How = {}) {
  const { isHeard = true, stallAfterMs = 1500, endpoint = 'llm' } = how;
  const clock = manualClock();
  const routes = new RouteMemory();
  for (const ms of pausesMs) routes.pace.paused(keyOf(endpoint, SERVER), ms);
  let give: (piece: string | undefined) => void = () => {};
  let cut: (error: Error) => void = () => {};
  async function* source() {
    for (;;) {
      const piece = await new Promise<string | undefined>((resolve, reject) => {
        [give, cut] = [resolve, reject];
      });
      if (piece === undefined) return;
      yield piece;
    }
  }
  const deadlines = {
    ...{ connectTimeoutMs: 3000, firstByteTimeoutMs: 10_000, stallTimeoutMs: 5000, attempts: 3 },
    stallAfterMs,
  };
  const call = {
    ...{ endpoint, url: 'http://gpu/v1', init: { method: 'POST' } },
    ...{ deadlines, clock, routes },
  };
  const close = () => cut(new Error('closed'));
  const pieces = piecesInTime(source(), { call, server: SERVER, answer: { close } }, () => isHeard);
  return {
    ...{ clock, routes, deadlines, pieces },
    send: (piece?: string) => give(piece),
    /** After how long, in steps of 100 ms, the next piece is given up. */
    async givenUpAfterMs() {
      let error: unknown;
      const next = pieces.next().catch((thrown) => {
        error = thrown;
      });
      await settled();
      let waitedMs = 0;
      for (; !error && waitedMs < 10_000; waitedMs += 100) {
        clock.advance(100);
        await settled();
      }
      if (error) await next;
      return { waitedMs, error };
    },
  };
}

test.each([
  ['of a server whose pauses are short', [20, 30, 40, 20, 50], 1500],
  [
    'of one that pauses for longer, not so soon: its longest may be an exception',
    [600, 20, 700, 650, 4000],
    2100,
  ],
  ['at the stall timeout of one that pauses for very long', [3000, 3000, 3000, 3000, 3000], 5000],
])('a piece is given up %s', async (_, pausesMs, ms) => {
  const { waitedMs, error } = await answer(pausesMs).givenUpAfterMs();
  expect(waitedMs).toBe(ms);
  const setting = ms < 5000 ? 'LLM_STALL_AFTER_MS' : 'LLM_STALL_TIMEOUT_MS';
  expect(error).toMatchObject({ failure: 'stall', hint: expect.stringContaining(setting) });
});

test.each([
  ['words', 'of whose server little is known', [20, 30, 40, 20], {}, 2500],
  ['sound', 'of whose server little is known', [20, 30, 40, 20], { endpoint: 'tts' } as const, 5000],
  ['words', 'where that is switched off', [20, 30, 40, 20, 50], { stallAfterMs: 0 }, 5000],
])('a piece of %s, %s, is given up later', async (_, __, pausesMs, how, ms) => {
  expect((await answer(pausesMs, how).givenUpAfterMs()).waitedMs).toBe(ms);
});

test('an answer of which nothing is heard yet is not given up here, and teaches nothing', async () => {
  const one = answer([20, 30, 40, 20, 50], { isHeard: false });
  expect((await one.givenUpAfterMs()).error).toBeUndefined();
  one.send();
  await settled();
  expect(one.routes.pace.snapshot()).toMatchObject({ [`${KEY} pauses`]: { length: 5 } });
});

test('its longest pause is remembered, without the time in which nobody read', async () => {
  const one = answer([20, 30, 40, 20]);
  for (const [waitMs, idleMs] of [
    [700, 9000],
    [100, 0],
  ] as const) {
    const next = one.pieces.next();
    await settled();
    one.clock.advance(waitMs);
    one.send('piece');
    await next;
    one.clock.advance(idleMs);
  }
  const end = one.pieces.next();
  await settled();
  one.send();
  expect(await end).toEqual({ done: true, value: undefined });
  expect(one.routes.pace.snapshot()[`${KEY} pauses`]?.at(-1)?.tookMs).toBe(700);
  expect(one.clock.pending()).toEqual([]);
});

test('a stream that stops after some words fails by the pauses of that model, but not where a tool may be written', async () => {
  const { deadlines } = answer([]);
  const routes = new RouteMemory();
  const { baseUrl } = server;
  for (const ms of [10, 20, 10, 30, 20]) routes.pace.paused(keyOf('llm', { baseUrl, model: 'm' }), ms);
  server.on('POST /v1/chat/completions', async (exchange) => {
    exchange.start(200, { 'content-type': 'text/event-stream' });
    await exchange.write(`data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n`);
  });
  for (const [tools, ms] of [
    [[], 1500],
    [[{ type: 'function' }], 5000],
  ] as const) {
    const clock = manualClock();
    const endpoint = { baseUrl, model: 'm', memory: new ChatMemory() };
    const parts = streamChat(endpoint, { messages: [], tools }, { deadlines, clock, routes });
    expect((await parts.next()).value?.text).toBe('Hel');
    const next = parts.next();
    await clock.waitsFor(ms === 1500 ? 1400 : 5000);
    clock.advance(ms);
    await expect(next).rejects.toMatchObject({
      failure: 'stall',
      message: expect.stringContaining(`${ms} ms`),
    });
  }
});
