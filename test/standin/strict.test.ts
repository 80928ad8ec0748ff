import { expect, test } from 'vitest';
import { STRICT_AS, strictSchema } from '../../src/standin/strict.ts';
import { bytesOf, type Fixture, fixturePath, readFixtures } from '../real/fixture.ts';
import { chat, postJson, startBuiltIn } from './start.ts';

const said = (...roles: string[]) => ({ messages: roles.map((role) => ({ role, content: role })) });

test.each([
  ['no-empty-tools', { tools: [] }, 400, /must not be an empty array/],
  ['known-model', {}, 404, /^The model `any` does not exist\./],
  ['no-max-completion-tokens', { max_completion_tokens: 1 }, 422, /'max_completion_tokens'.*not permitted/],
  ['no-stream-options', { stream_options: {} }, 422, /'stream_options'.*not permitted/],
  ['no-max-tokens', { max_tokens: 1 }, 400, /Use 'max_completion_tokens' instead/],
  ['alternating-roles', said('system', 'assistant', 'user'), 400, /Jinja Exception: .*must alternate/],
  ['alternating-roles', said('system', 'user', 'user'), 400, /must alternate/],
  ['user-message-required', said('system'), 500, /No user query found in messages/],
  ['system-first-only', said('system', 'user', 'system'), 500, /must be at the beginning/],
  ['no-system', said('system', 'user'), 400, /System role not supported/],
  ['user-last', said('system', 'user', 'assistant'), 400, /Expected last role User/],
  ['no-tool-parser', { tools: [{}] }, 400, /requires --enable-auto-tool-choice/],
] as const)('a server that is strict (%s) refuses %o', async (rule, rest, status, words) => {
  const standIn = await startBuiltIn();
  standIn.control({ llm: { always: 'Yes.', strict: [rule] } });
  const response = await chat(standIn, 'hello', rest);
  expect(response.status).toBe(status);
  const { error } = (await response.json()) as { error: { message: string; type: string } };
  expect(error.message).toMatch(words);
  expect(standIn.counts('llm')).toMatchObject({ refused: 1 });
  standIn.control({ reset: true, llm: { always: 'Yes.' } });
  expect((await chat(standIn, 'hello', rest)).status).toBe(200);
});

test('a request that keeps all rules is answered', async () => {
  const standIn = await startBuiltIn();
  standIn.control({
    llm: {
      always: 'Yes.',
      strict: ['no-empty-tools', 'alternating-roles', 'system-first-only', 'user-last'],
    },
  });
  expect((await chat(standIn, '', said('system', 'user', 'assistant', 'user'))).status).toBe(200);
});

test('a scripted stream is sent as it is, and the journal keeps its text', async () => {
  const standIn = await startBuiltIn();
  const chunks = [
    '\n',
    { delta: null },
    { data: { choices: null } },
    { delta: { content: 'Forty' } },
    { delayMs: 50 },
    'data: not JSON\n\n',
    { delta: { content: '.' }, finish_reason: 'length' },
    'data: [DONE]\n\n',
  ];
  standIn.control({ llm: { answers: [{ chunks }] } });
  const lines = (await (await chat(standIn, 'my bill', { stream: true })).text()).split('\n');
  expect(lines[0]).toBe('');
  expect(
    lines.filter((line) => line.startsWith('data: {')).map((line) => JSON.parse(line.slice(6))),
  ).toMatchObject([
    { choices: [{ delta: null, finish_reason: null }] },
    { choices: null },
    { choices: [{ delta: { content: 'Forty' } }] },
    { choices: [{ delta: { content: '.' }, finish_reason: 'length' }] },
  ]);
  expect(lines).toContain('data: not JSON');
  expect(lines.filter((line) => line === 'data: [DONE]')).toHaveLength(1);
  expect(standIn.requests('llm')[0]?.details).toMatchObject({ answer: 'Forty.' });
});

test('the journal keeps the whole body', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ llm: { always: 'Yes.' } });
  const rest = { stream: true, chat_template_kwargs: { enable_thinking: false }, tools: [] };
  await (await chat(standIn, 'hello', rest)).text();
  expect(standIn.requests('llm')[0]?.details?.body).toEqual({
    model: 'any',
    messages: [{ role: 'user', content: 'hello' }],
    ...rest,
  });
});

const recorded = [...(await readFixtures()).values()].filter((one) => one.case.startsWith('chat.'));
const serverOf = ({ server, variant }: Fixture) => [server, variant].filter(Boolean).join(' ');

test('each server whose chat was recorded can be played', () => {
  expect(Object.keys(STRICT_AS).sort()).toEqual([...new Set(recorded.map(serverOf))].sort());
});

/** The same words where a number, and where in the template it stands, is another. */
const alike = (said: unknown) =>
  JSON.stringify(said)
    .replaceAll('stand-in-llm', 'smollm2')
    .replace(/line \d+, column \d+ in source:.*Error: /, '')
    .replace(/\d+ tokens/g, 'N tokens');

test.each(
  recorded.flatMap((fixture) =>
    fixture.exchanges.flatMap((exchange) =>
      exchange.kind === 'http' && exchange.json ? [{ name: fixturePath(fixture), fixture, exchange }] : [],
    ),
  ),
)('what the server was asked in $name is taken or refused as it did', async ({ fixture, exchange }) => {
  const standIn = await startBuiltIn();
  const server = strictSchema.parse(serverOf(fixture));
  standIn.control({ llm: { always: 'Yes.', strict: server } });
  const { json = {} } = exchange;
  const model = json.model === fixture.model ? 'stand-in-llm' : json.model;
  const response = await postJson(`${standIn.baseUrl}/chat/completions`, { ...json, model });
  expect(response.status).toBe(exchange.status);
  if (response.ok) return;
  const said = JSON.parse(Buffer.concat(exchange.chunks.map(bytesOf)).toString());
  const { error } = JSON.parse(await response.text());
  const { message, type, code } = said.error;
  expect(alike([error.message, error.type, error.code])).toBe(alike([message, type, code]));
  expect(error.param).toBe(said.error.param ?? null);
});
