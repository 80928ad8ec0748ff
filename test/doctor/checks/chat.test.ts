import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chat } from '../../../src/doctor/checks/chat.ts';
import { type Exchange, useEndpointServer } from '../../helpers/endpoint-server.ts';
import { inside } from '../../helpers/inside.ts';

const ROUTE = 'POST /v1/chat/completions';
const server = useEndpointServer();

const run = (env: Record<string, string> = {}) =>
  chat.run(inside({ LLM_BASE_URL: server.baseUrl, LLM_ATTEMPTS: '1', ...env }));

const stream = ({ start, write, end }: Exchange, ...deltas: object[]) => {
  start(200, { 'content-type': 'text/event-stream' });
  const chunks = deltas.map((delta) => `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`);
  void write(
    `${chunks.join('')}data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`,
  );
  end();
};

test('one streamed turn is asked for, with a greeting before it, and what was learned is told', async () => {
  server.on(
    ROUTE,
    ({ reply }) =>
      reply(400, { error: { message: 'max_completion_tokens: Extra inputs are not permitted' } }),
    (exchange) => stream(exchange, { content: 'Yes.' }),
  );
  expect(await run({ LLM_MODEL: 'm' })).toEqual({
    evidence: expect.stringMatching(/^m: an answer after \d+ ms; it wants max_tokens$/),
  });
  const asked = server.requests[1]?.json() as { messages: { role: string }[] } | undefined;
  expect(asked).toMatchObject({ stream: true });
  expect(asked?.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
});

test('a model that thinks is found, with the line that turns it off', async () => {
  server.on(ROUTE, (exchange) => stream(exchange, { reasoning_content: 'Hm.' }, { content: 'Yes.' }));
  expect(await run()).toMatchObject({
    verdict: 'warn',
    fix: expect.stringMatching(
      /thinks.*\nLLM_EXTRA_BODY=\{"chat_template_kwargs":\{"enable_thinking":false\}/s,
    ),
  });
});

/** What a model writes whose tokens these are, as far as it may. */
const writes = (...tokens: string[]) =>
  server.on(ROUTE, (exchange) => {
    const { max_completion_tokens: most } = exchange.request.json() as { max_completion_tokens: number };
    stream(exchange, ...tokens.slice(0, most).map((content) => ({ content })));
  });

test('a model that judges turns is asked for the mark as in calls, and in how many tokens it comes is told', async () => {
  const env = { LLM_MODEL: 'm', LLM_JUDGES_TURNS: 'true' };
  writes('●', ' Yes', '.');
  expect(await run(env)).toEqual({
    evidence: expect.stringMatching(/^m: an answer .*; it begins with a mark of one token$/),
  });
  expect(server.requests[0]?.body.toString()).toContain('Begin every answer with one mark');
  writes('\n', '○', ' Yes.');
  expect(await run(env)).toEqual({ evidence: expect.stringContaining('a mark of 2 tokens') });
});

test('a model that judges turns and writes no mark, or nothing else, is found', async () => {
  writes('Yes', '.');
  expect(await run({ LLM_JUDGES_TURNS: 'true' })).toEqual({
    verdict: 'warn',
    evidence: expect.stringContaining('it does not begin with ● or ○'),
    fix: expect.stringContaining('LLM_JUDGES_TURNS=false'),
  });
  writes('●');
  expect(await run({ LLM_JUDGES_TURNS: 'true' })).toMatchObject({
    verdict: 'warn',
    evidence: expect.stringContaining('nothing to say'),
  });
  writes('Yes', '.');
  expect(await run()).not.toHaveProperty('verdict');
});

test('a model that the server does not have fails, with what it has', async () => {
  server.on(ROUTE, ({ reply }) => reply(404, { error: { message: 'The model `nonsense` does not exist.' } }));
  server.on('GET /v1/models', ({ reply }) =>
    reply(200, { data: [{ id: 'whisper-1' }, { id: 'qwen3-8b' }, { id: 'lora-a' }] }),
  );
  await expect(run({ LLM_MODEL: 'nonsense' })).rejects.toMatchObject({
    message: expect.stringContaining('does not exist'),
    hint: expect.stringMatching(/LLM_MODEL.*\nLLM_MODEL=qwen3-8b\n\(it also has lora-a, whisper-1\)$/s),
  });
});

test('a server that refuses tools is found, where a prompt lists actions', async () => {
  const prompts = await mkdtemp(join(tmpdir(), 'check-chat-'));
  await writeFile(join(prompts, 'default.md'), '---\nactions: { hang_up: true }\n---\nYou help.');
  const refusal = 'tools param requires --jinja flag';
  server.on(ROUTE, (exchange) => {
    const { tools } = exchange.request.json() as { tools?: unknown };
    if (tools) exchange.reply(500, { error: { message: refusal } });
    else stream(exchange, { content: 'Yes.' });
  });
  expect(await run({ PROMPTS_DIR: prompts })).toMatchObject({
    verdict: 'warn',
    evidence: expect.stringContaining('refuses tools'),
    fix: expect.stringContaining('--enable-auto-tool-choice'),
  });
  await rm(prompts, { recursive: true });
});
