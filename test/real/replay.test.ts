import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { chatBody } from '../../src/openai/chat-body.ts';
import { caseOf } from './cases/all.ts';
import { newMemory } from './cases/case.ts';
import { FIXTURES, type Fixture, fixtureText, readFixtures } from './fixture.ts';
import { refusalFor } from './refusals.ts';
import { replayServer } from './replay.ts';

const fixtures = await readFixtures();
const MEANT = 'if the product is meant to make this of it: npx tsx test/real/write-outcomes.ts';
const ofServer = ({ server, variant }: Fixture) =>
  [...fixtures.values()].filter((one) => one.server === server && one.variant === variant);

describe.each([...fixtures])('%s', (path, fixture) => {
  test('is read and written byte for byte', () => {
    expect(fixtureText(fixture)).toBe(readFileSync(join(FIXTURES, path), 'utf8'));
  });

  test('the product asks as it did, and makes the same of the answers', async () => {
    const server = await replayServer(fixture, ofServer(fixture));
    onTestFinished(() => server.close());
    const { model, voice = '', outcome, exchanges } = fixture;
    const now = await caseOf(fixture.case).run({ baseUrl: server.baseUrl, model, voice });
    expect(server.unexpected).toEqual([]);
    expect(JSON.parse(JSON.stringify(now)), MEANT).toEqual(outcome);
    expect(server.played).toBe(exchanges.length);
  });
});

test('all recordings together stay below 3 MB', async () => {
  const sizes = [...fixtures.keys()].map(async (path) => (await stat(join(FIXTURES, path))).size);
  expect((await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)).toBeLessThan(3_000_000);
});

test('vLLM 0.32 refuses an empty list of tools, which no request of the product has', () => {
  const vllm = [...fixtures.values()].filter(({ server }) => server === 'vllm-0.32.0');
  const endpoint = { baseUrl: 'http://127.0.0.1:1/v1', model: 'm', memory: newMemory() };
  const body = chatBody(endpoint, { messages: [{ role: 'user', content: 'Hello' }], tools: [] });
  expect(refusalFor({ ...body, tools: [] }, vllm)?.status).toBe(400);
  expect(refusalFor(body, vllm)).toBeUndefined();
});

test('a request of another shape than the recorded one is told', async () => {
  const fixture = fixtures.get('vllm-0.32.0/chat.answer.jsonl');
  if (!fixture) throw new Error('there is no recording of vLLM');
  const server = await replayServer({ ...fixture, exchanges: [] });
  onTestFinished(() => server.close());
  await caseOf('chat.answer').run({ baseUrl: server.baseUrl, model: 'm', voice: '' });
  expect(server.unexpected).toEqual([expect.stringMatching(/^asked POST .*; recorded nothing more$/)]);
});
