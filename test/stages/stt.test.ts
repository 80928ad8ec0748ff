import { initializeLogger } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { EndpointError } from '../../src/errors.ts';
import { deepgramRoot } from '../../src/stages/endpoint.ts';
import { createStt } from '../../src/stages/stt.ts';
import { configFrom } from '../helpers/config.ts';
import { type EndpointServer, endpointServer } from '../helpers/endpoint-server.ts';

const ROUTE = 'POST /v1/audio/transcriptions';
let server: EndpointServer;
let errors: EndpointError[];
let dropped: string[];

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
beforeEach(async () => {
  server = await endpointServer();
  errors = [];
  dropped = [];
});
afterEach(() => server.close());

function sttOf(env: Record<string, string> = {}, language?: string) {
  const config = configFrom({ STT_BASE_URL: server.baseUrl, STT_ATTEMPTS: '1', ...env });
  return createStt(config, language, {
    onError: (error) => errors.push(error),
    onDropped: (reason) => dropped.push(reason),
  });
}

/** 300 ms of a tone at 16 kHz, in two frames as the VAD hands them over. */
function speech(amplitude = 8000): AudioFrame[] {
  const samples = Int16Array.from({ length: 4800 }, (_, i) => Math.round(amplitude * Math.sin(i / 4)));
  return [samples.slice(0, 1600), samples.slice(1600)].map(
    (part) => new AudioFrame(part, 16_000, 1, part.length),
  );
}

async function textOf(stt: ReturnType<typeof sttOf>, audio = speech()) {
  const { alternatives } = await stt.recognize(audio);
  return alternatives?.[0].text;
}

test('an utterance is posted as one WAV with model and language, and its text comes back trimmed', async () => {
  server.on(ROUTE, ({ reply }) => reply(200, { text: ' My line is down. ', language: 'english' }));
  expect(await textOf(sttOf({ STT_MODEL: 'small' }, 'ms'))).toBe('My line is down.');
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

test('a failure is reported once and yields an empty transcript instead of ending the session', async () => {
  server.on(ROUTE, ({ reply }) => reply(500, { error: 'out of memory' }));
  expect(await textOf(sttOf({ STT_ATTEMPTS: '2' }))).toBe('');
  expect(server.requests).toHaveLength(2);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({ endpoint: 'stt', failure: 'status', status: 500 });
});

test('garbage is an error that names the endpoint', async () => {
  server.on(ROUTE, ({ reply }) => reply(200, '<html>', { 'content-type': 'text/html' }));
  expect(await textOf(sttOf())).toBe('');
  expect(errors[0]).toMatchObject({ endpoint: 'stt', failure: 'invalid' });
});

test('a cancelled transcription is no failure', async () => {
  const controller = new AbortController();
  server.on(ROUTE, () => controller.abort());
  const { alternatives } = await sttOf().recognize(speech(), controller.signal);
  expect(alternatives?.[0].text).toBe('');
  expect(errors).toEqual([]);
});

test('a Deepgram server can be given with or without its version path', () => {
  expect(deepgramRoot('http://deepgram:8080', 'ws')).toBe('ws://deepgram:8080');
  expect(deepgramRoot('https://deepgram/v1/', 'ws')).toBe('wss://deepgram');
  expect(deepgramRoot('wss://deepgram/v1', 'http')).toBe('https://deepgram');
});
