import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initializeLogger } from '@livekit/agents';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { PhraseStore, phraseCacheFor } from '../../src/call/phrase-cache.ts';
import { coverPhrases } from '../../src/call/phrases.ts';
import { preparePhrases } from '../../src/call/prepare-phrases.ts';
import { readPersona } from '../../src/persona/read.ts';
import { type LogLine, logInto } from '../helpers/call-log.ts';
import { configFrom } from '../helpers/config.ts';
import { type Exchange, useEndpointServer } from '../helpers/endpoint-server.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const ROUTE = 'POST /v1/audio/speech';
const ROUND_MS = 60_000;
const server = useEndpointServer();
const other = useEndpointServer();
const { persona } = readPersona('prompts/default.md', 'You help.', new Map());
const TEXTS = coverPhrases(persona);

let folder: string;
let lines: LogLine[];

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sounds-'));
  lines = [];
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

const speak = ({ reply }: Exchange) => reply(200, Buffer.from(new Int16Array(2400).fill(9).buffer));

/** A host process that starts. */
function host(env: Record<string, string> = {}) {
  const config = configFrom({ TTS_BASE_URL: server.baseUrl, TTS_ATTEMPTS: '1', ...env });
  const [clock, end] = [manualClock(), new AbortController()];
  const store = new PhraseStore(folder, clock);
  const over = preparePhrases({
    ...{ config, store, clock, log: logInto(lines), signal: end.signal },
    personas: { list: () => [persona] },
  });
  onTestFinished(async () => {
    end.abort();
    await over;
  });
  const cacheOf = (kept: PhraseStore) => phraseCacheFor(config, persona, { phrases: TEXTS, store: kept });
  return { clock, over, cache: cacheOf(store), later: cacheOf(new PhraseStore(folder)) };
}
const asked = () => server.requests.map((request) => (request.json() as { input: string }).input);

test('fillers, apology, good-bye and resumed line are spoken once a voice, the apology first', async () => {
  server.on(ROUTE, speak);
  const first = host();
  await first.clock.waitsFor(ROUND_MS);
  expect(asked()).toEqual(TEXTS);
  expect(TEXTS[0]).toBe(persona.apology);
  for (const text of TEXTS) expect(await first.later?.read(text)).toHaveLength(2400);
  await host().clock.waitsFor(ROUND_MS);
  expect(asked()).toHaveLength(TEXTS.length);
  await host({ TTS_VOICE: 'nova' }).clock.waitsFor(ROUND_MS);
  expect(asked()).toHaveLength(2 * TEXTS.length);
});

test('a voice that is dead at the start is asked again, one request a minute, and it is said once', async () => {
  server.on(ROUTE, ({ reply }) => reply(500, { detail: 'no GPU' }));
  const { clock, cache } = host();
  await clock.waitsFor(ROUND_MS);
  clock.advance(ROUND_MS);
  await clock.waitsFor(ROUND_MS);
  expect(asked()).toEqual([persona.apology, persona.apology]);
  server.on(ROUTE, speak);
  clock.advance(ROUND_MS);
  await clock.waitsFor(ROUND_MS);
  for (const text of TEXTS) expect(await cache?.read(text), text).toBeDefined();
  expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
    'warn fillers and apologies have no sound: callers hear a tone until the voice works',
    'info fillers and apologies have their sound now',
  ]);
});

test('what a further endpoint says is kept as its voice, and said anew in the first one, once that is back', async () => {
  const [first, second] = [new Int16Array(2400).fill(1), new Int16Array(2400).fill(2)];
  // A failure of which the breaker, whose clock is the real one, knows nothing.
  server.on(ROUTE, ({ reply }) => reply(400));
  other.on(ROUTE, ({ reply }) => reply(200, Buffer.from(second.buffer)));
  const { clock, cache } = host({
    TTS_BASE_URL_2: other.baseUrl,
    TTS_ATTEMPTS: '2',
    TTS_HEDGE_AFTER_MS: '0',
  });
  await clock.waitsFor(ROUND_MS);
  for (const text of TEXTS) expect(await cache?.read(text), text).toEqual(second);
  const made = other.requests.length;
  clock.advance(ROUND_MS);
  await clock.waitsFor(ROUND_MS);
  expect(other.requests.length, 'one is tried, whether the first is back').toBe(made + 1);
  server.on(ROUTE, ({ reply }) => reply(200, Buffer.from(first.buffer)));
  clock.advance(ROUND_MS);
  await clock.waitsFor(ROUND_MS);
  for (const text of TEXTS) expect(await cache?.read(text), text).toEqual(first);
});

test('TTS_CACHE=false keeps none', async () => {
  await host({ TTS_CACHE: 'false' }).over;
  expect(asked()).toEqual([]);
});
