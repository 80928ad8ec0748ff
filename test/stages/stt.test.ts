import { beforeEach, expect, test } from 'vitest';
import type { EndpointError } from '../../src/errors.ts';
import { deepgramRoot } from '../../src/stages/endpoint.ts';
import { createTranscriber } from '../../src/stages/stt.ts';
import { configFrom } from '../helpers/config.ts';
import { useEndpointServer } from '../helpers/endpoint-server.ts';

const ROUTE = 'POST /v1/audio/transcriptions';
const server = useEndpointServer();
let errors: EndpointError[];
let dropped: string[];

beforeEach(() => {
  errors = [];
  dropped = [];
});

function sttOf(env: Record<string, string> = {}, language?: string) {
  const config = configFrom({ STT_BASE_URL: server.baseUrl, STT_ATTEMPTS: '1', ...env });
  return createTranscriber(config, language, {
    onError: (error) => errors.push(error),
    onDropped: (reason) => dropped.push(reason),
  });
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

test('a failure is reported once, and thrown', async () => {
  server.on(ROUTE, ({ reply }) => reply(500, { error: 'out of memory' }));
  await expect(textOf(sttOf({ STT_ATTEMPTS: '2' }))).rejects.toMatchObject({ endpoint: 'stt' });
  expect(server.requests).toHaveLength(2);
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
  await expect(transcriber.transcribe(controller.signal)).rejects.toMatchObject({ failure: 'aborted' });
  expect(errors).toEqual([]);
});

test('a Deepgram server can be given with or without its version path', () => {
  expect(deepgramRoot('http://deepgram:8080', 'ws')).toBe('ws://deepgram:8080');
  expect(deepgramRoot('https://deepgram/v1/', 'ws')).toBe('wss://deepgram');
  expect(deepgramRoot('wss://deepgram/v1', 'http')).toBe('https://deepgram');
});
