import { beforeEach, expect, test, vi } from 'vitest';
import { EndpointError } from '../../src/errors.ts';
import type { Clock } from '../../src/openai/clock.ts';
import { createTranscriber } from '../../src/stages/stt.ts';
import { FallbackTranscriber } from '../../src/stages/turn/fallback-transcriber.ts';
import { configFrom } from '../helpers/config.ts';
import { type Handler, useEndpointServer } from '../helpers/endpoint-server.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { answer, COMMIT, useRealtime } from '../helpers/realtime-server.ts';

const ROUTE = 'POST /v1/audio/transcriptions';
const server = useEndpointServer();
const realtime = useRealtime();
let errors: EndpointError[];
let dropped: string[];
let fallbacks: EndpointError[];

beforeEach(() => {
  errors = [];
  dropped = [];
  fallbacks = [];
});

function sttOf(
  env: Record<string, string> = {},
  persona: Parameters<typeof createTranscriber>[1] = {},
  clock?: Clock,
) {
  const config = configFrom({ STT_BASE_URL: server.baseUrl, STT_ATTEMPTS: '1', ...env });
  const hooks = {
    onError: (error: EndpointError) => errors.push(error),
    onDropped: (reason: string) => dropped.push(reason),
    onFallback: (error: EndpointError) => fallbacks.push(error),
  };
  return createTranscriber(config, persona, hooks, clock);
}

/** 300 ms of a tone at 16 kHz, in two pieces as they come. */
function speech(amplitude = 8000): Int16Array[] {
  const samples = Int16Array.from({ length: 4800 }, (_, i) => Math.round(amplitude * Math.sin(i / 4)));
  return [samples.slice(0, 1600), samples.slice(1600)];
}

async function textOf(transcriber: ReturnType<typeof sttOf>, audio = speech()) {
  for (const samples of audio) transcriber.push(samples);
  const { text } = await transcriber.transcribe(new AbortController().signal);
  return text;
}

const FAILED = new EndpointError('closed', { endpoint: 'stt', url: 'ws://h/v1/realtime', failure: 'stall' });

/** Two transcribers that answer with their name, and the one that chooses. */
function fallback({ hasWorked, clock = manualClock() }: { hasWorked: boolean; clock?: Clock }) {
  const named = (text: string) => ({
    push: vi.fn(),
    transcribe: vi.fn(async () => ({ text })),
    peek: vi.fn(async () => ({ text })),
    reset: vi.fn(),
    close: vi.fn(),
  });
  const first = named('first');
  const second = named('second');
  const onFallback = vi.fn();
  const transcriber = new FallbackTranscriber({
    ...{ first, onFallback },
    second: () => second,
    hasWorked: () => hasWorked,
    late: { clock, afterMs: () => 1000, error: () => FAILED },
  });
  return { first, second, transcriber, onFallback };
}

test('an utterance is posted as one WAV with model and language, and its text comes back trimmed', async () => {
  server.on(ROUTE, ({ reply }) => reply(200, { text: ' My line is down. ', language: 'english' }));
  expect(await textOf(sttOf({ STT_MODEL: 'small' }, { language: 'ms' }))).toBe('My line is down.');
  const form = await server.requests[0]?.form();
  expect(form?.get('model')).toBe('small');
  expect(form?.get('language')).toBe('ms');
  const file = form?.get('file');
  expect(file instanceof Blob && file.size).toBe(44 + 4800 * 2);
});

test('without a language the server is left to detect it', async () => {
  server.on(ROUTE, ({ reply }) => reply(200, { text: 'Helo.' }));
  await textOf(sttOf());
  expect((await server.requests[0]?.form())?.has('language')).toBe(false);
});

test('a hallucination over silence is dropped and says why', async () => {
  server.on(ROUTE, ({ reply }) => reply(200, { text: 'Thanks for watching!' }));
  expect(await textOf(sttOf(), speech(10))).toBe('');
  expect(dropped).toEqual(['energy']);
});

const NOISE = '[Music] (coughs)';
const MIXED = '[Music] What is my balance? Thanks for watching!';

test.each([
  ['batch', (text: string) => ({ body: JSON.stringify({ text }), type: 'application/json' })],
  [
    'sse',
    (text: string) => ({
      body: `data: ${JSON.stringify({ type: 'transcript.text.done', text })}\n\n`,
      type: 'text/event-stream',
    }),
  ],
])(
  'what is no speech is dropped and counted, what surrounds speech is taken out: %s',
  async (mode, answered) => {
    const answers = [NOISE, MIXED].map(answered);
    server.on(ROUTE, ({ reply }) => {
      const { body, type } = answers.shift() ?? answered('');
      reply(200, body, { 'content-type': type });
    });
    const transcriber = sttOf({ STT_MODE: mode });
    expect(await textOf(transcriber)).toBe('');
    transcriber.reset();
    expect(dropped).toEqual(['annotation']);
    expect(await textOf(transcriber)).toBe('What is my balance?');
    expect(dropped).toEqual(['annotation']);
  },
);

test('the same in realtime mode, which has no segments', async () => {
  const { baseUrl } = realtime.server;
  const transcriber = sttOf({ STT_MODE: 'realtime', STT_BASE_URL: baseUrl });
  const served = await realtime.server.connection(1);
  for (const [at, [heard, said]] of [
    [NOISE, ''],
    [MIXED, 'What is my balance?'],
  ].entries()) {
    const text = textOf(transcriber);
    await served.received(COMMIT, at + 1);
    answer(served, `item-${at}`, heard ?? '');
    expect(await text).toBe(said);
    transcriber.reset();
  }
  expect(dropped).toEqual(['annotation']);
  transcriber.close();
});

test('a failure is reported once, and thrown', async () => {
  server.on(ROUTE, ({ reply }) => reply(500, { error: 'out of memory' }));
  await expect(textOf(sttOf({ STT_ATTEMPTS: '2' }))).rejects.toMatchObject({ endpoint: 'stt' });
  // The last asks for the text alone.
  expect(server.requests).toHaveLength(3);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({ endpoint: 'stt', failure: 'status', status: 500 });
});

test('garbage is an error that names the endpoint', async () => {
  server.on(ROUTE, ({ reply }) => reply(200, '<html>', { 'content-type': 'text/html' }));
  await expect(textOf(sttOf())).rejects.toMatchObject({ endpoint: 'stt' });
  expect(errors[0]).toMatchObject({ endpoint: 'stt', failure: 'invalid' });
});

test('a cancelled transcription is no failure', async () => {
  const controller = new AbortController();
  server.on(ROUTE, () => controller.abort());
  const transcriber = sttOf();
  for (const samples of speech()) transcriber.push(samples);
  await expect(transcriber.transcribe(controller.signal)).rejects.toThrow('aborted');
  expect(errors).toEqual([]);
});

test.each<[string, Handler]>([
  ['lacks the route', ({ reply }) => reply(404)],
  ['refuses the upgrade with 403, as Starlette does', ({ reply }) => reply(403)],
  ['closes the connection', ({ cut }) => cut()],
])(
  'a server that %s is asked in batch mode for the rest of the call, and the turn is not lost',
  async (_, refuse) => {
    server.on('GET /v1/realtime', refuse);
    server.on(
      ROUTE,
      ({ reply }) => reply(200, { text: 'My line is down.' }),
      ({ reply }) => reply(200, { text: 'Since Monday.' }),
    );
    const transcriber = sttOf({ STT_MODE: 'realtime' });
    expect(await textOf(transcriber)).toBe('My line is down.');
    transcriber.reset();
    expect(await textOf(transcriber)).toBe('Since Monday.');
    expect(fallbacks).toHaveLength(1);
    expect(errors).toEqual([]);
    const files = server.requests.filter(({ method }) => method === 'POST').map(({ body }) => body.length);
    expect(files).toHaveLength(2);
    expect(files[0]).toBeGreaterThan(4800 * 2);
  },
);

test('a mute realtime server is late after 2.5 s: batch has the turn, and the rest of the call', async () => {
  const clock = manualClock();
  server.on('GET /v1/realtime', () => {});
  server.on(ROUTE, ({ reply }) => reply(200, { text: 'My line is down.' }));
  const transcriber = sttOf({ STT_MODE: 'realtime' }, {}, clock);
  const text = textOf(transcriber);
  await clock.waitsFor(2500);
  clock.advance(2500);
  expect(await text).toBe('My line is down.');
  transcriber.reset();
  expect(await textOf(transcriber)).toBe('My line is down.');
  expect(fallbacks).toMatchObject([{ failure: 'first-byte' }]);
  expect(errors).toEqual([]);
  expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST']);
});

test('a realtime server that is late, and sooner than batch all the same, serves on', async () => {
  const clock = manualClock();
  const { first, second, transcriber, onFallback } = fallback({ hasWorked: false, clock });
  let answerLate = (_: { text: string }) => {};
  first.transcribe.mockReturnValueOnce(
    new Promise((resolve) => {
      answerLate = resolve;
    }),
  );
  second.transcribe.mockReturnValueOnce(new Promise(() => {}));
  transcriber.push(new Int16Array(10));
  const text = transcriber.transcribe(new AbortController().signal);
  clock.advance(1000);
  await vi.waitFor(() => expect(second.push).toHaveBeenCalledTimes(1));
  answerLate({ text: 'late' });
  expect(await text).toEqual({ text: 'late' });
  expect(second.close).toHaveBeenCalledTimes(1);
  expect(first.close).not.toHaveBeenCalled();
  expect(onFallback).not.toHaveBeenCalled();
});

test('a server that transcribed in realtime mode and then fails stays in that mode: its error is told', async () => {
  const { first, transcriber } = fallback({ hasWorked: true });
  first.transcribe.mockRejectedValueOnce(FAILED);
  await expect(transcriber.transcribe(new AbortController().signal)).rejects.toBe(FAILED);
  await expect(transcriber.transcribe(new AbortController().signal)).resolves.toEqual({ text: 'first' });
});

test('fields and headers beyond the standard go out in the form, those of the prompt over those of the setting', async () => {
  server.on(ROUTE, ({ reply }) => reply(200, { text: 'hello' }));
  const env = {
    STT_MODEL: 'whisper',
    STT_LANGUAGE: 'en',
    STT_EXTRA_BODY:
      '{"vad_filter": true, "hotwords": "Unifi", "options": {"a": 1}, "timestamp_granularities[]": ["word", "segment"]}',
    STT_HEADERS: '{"X-Tenant": "voice"}',
  };
  await textOf(sttOf(env, { extraBody: { stt: { language: 'ms', temperature: 0 } } }));
  const form = await server.requests[0]?.form();
  form?.delete('file');
  expect([...(form?.entries() ?? [])]).toEqual([
    ['model', 'whisper'],
    ['response_format', 'verbose_json'],
    ['language', 'ms'],
    ['vad_filter', 'true'],
    ['hotwords', 'Unifi'],
    ['options', '{"a":1}'],
    ['timestamp_granularities[]', 'word'],
    ['timestamp_granularities[]', 'segment'],
    ['temperature', '0'],
  ]);
  expect(server.requests[0]?.headers['x-tenant']).toBe('voice');
});
