import { afterEach, beforeEach, expect, test } from 'vitest';
import { Primed } from '../../src/call/primed.ts';
import { warmEndpoints } from '../../src/call/warm.ts';
import type { EndpointError } from '../../src/errors.ts';
import { ChatMemory } from '../../src/openai/chat-learned.ts';
import { chatEndpoint } from '../../src/stages/llm.ts';
import { configFrom } from '../helpers/config.ts';
import { type EndpointServer, endpointServer } from '../helpers/endpoint-server.ts';

const CHAT = 'POST /v1/chat/completions';
let server: EndpointServer;
let failed: EndpointError[];

beforeEach(async () => {
  server = await endpointServer();
  failed = [];
  server.on('GET /v1/models', ({ reply }) => reply(200, { data: [] }));
  server.on(CHAT, ({ reply }) => reply(200, 'data: [DONE]\n\n', { 'content-type': 'text/event-stream' }));
});
afterEach(() => server.close());

/** What a call begins with that has these instructions. */
function warm(primed: Primed, instructions = 'You help.', memory = new ChatMemory()): Promise<void> {
  const config = configFrom({ OPENAI_BASE_URL: server.baseUrl });
  return warmEndpoints({
    ...{ config, primed, persona: { instructions }, chat: chatEndpoint(config, {}, memory) },
    signal: new AbortController().signal,
    onError: (error) => failed.push(error),
  });
}

const asked = () => server.requests.filter(({ path }) => path.endsWith('/chat/completions')).length;

test('the model reads one prompt once for the calls of a process, each call opens its connections', async () => {
  const primed = new Primed();
  await Promise.all([warm(primed), warm(primed)]);
  expect(asked()).toBe(1);
  const listed = server.requests.length;
  await warm(primed);
  expect(asked()).toBe(1);
  expect(server.requests.length).toBeGreaterThan(listed);
  await warm(primed, 'You sell.');
  expect(asked()).toBe(2);
  expect(failed).toEqual([]);
});

test('what could not be read is told, and read for the next call', async () => {
  const primed = new Primed();
  server.on(CHAT, ({ reply }) => reply(401, { error: { message: 'no key' } }));
  await warm(primed);
  expect(failed).toMatchObject([{ endpoint: 'llm', status: 401 }]);
  await warm(primed);
  expect(failed).toHaveLength(2);
});

test('how much the model takes is learned from the list of models, once', async () => {
  const memory = new ChatMemory();
  const { model } = chatEndpoint(configFrom({ OPENAI_BASE_URL: server.baseUrl }), {}, memory);
  server.on('GET /v1/models', ({ reply }) =>
    reply(200, {
      data: [
        { id: 'other', max_model_len: 1000 },
        { id: model, max_model_len: 4096 },
      ],
    }),
  );
  const listed = () => server.requests.filter(({ path }) => path.endsWith('/models')).length;
  const primed = new Primed();
  await warm(primed, 'You help.', memory);
  expect(memory.learned.contextTokens).toBe(4096);
  const before = listed();
  await warm(primed, 'You sell.', memory);
  expect(listed() - before).toBe(before - 1);
  expect(failed).toEqual([]);
});
