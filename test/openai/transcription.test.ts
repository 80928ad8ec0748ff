import { expect, test } from 'vitest';
import { type TranscribeOptions, transcribe } from '../../src/openai/transcription.ts';
import { encodeWav } from '../../src/openai/wav.ts';
import { endpointFailure } from '../helpers/endpoint-failure.ts';
import { type Handler, useEndpointServer } from '../helpers/endpoint-server.ts';
import { hastyClock } from '../helpers/manual-clock.ts';

const ROUTE = 'POST /v1/audio/transcriptions';
const WAV = encodeWav(Int16Array.from([1, 2, 3]), 16_000);
const deadlines = { connectTimeoutMs: 3000, firstByteTimeoutMs: 5000, stallTimeoutMs: 4000, attempts: 1 };
const server = useEndpointServer();

function options(rest: Partial<TranscribeOptions> = {}): TranscribeOptions {
  return { baseUrl: server.baseUrl, model: 'whisper', wav: WAV, deadlines, plainServers: new Set(), ...rest };
}

async function formats(): Promise<unknown[]> {
  return Promise.all(server.requests.map(async ({ form }) => (await form()).get('response_format')));
}

test('the form carries the WAV byte for byte and every option given', async () => {
  server.on(ROUTE, (exchange) => exchange.reply(200, { text: 'x' }));
  await transcribe(options({ apiKey: 'k', language: 'ms', prompt: 'Telco' }));
  await transcribe(options());
  const [first, second] = await Promise.all(server.requests.map(({ form }) => form()));
  const file = first?.get('file') as File;
  expect(file.name).toBe('audio.wav');
  expect(new Uint8Array(await file.arrayBuffer())).toEqual(WAV);
  expect(Object.fromEntries([...(first ?? [])].filter(([name]) => name !== 'file'))).toEqual({
    model: 'whisper',
    response_format: 'verbose_json',
    language: 'ms',
    prompt: 'Telco',
  });
  expect(server.requests[0]?.headers.authorization).toBe('Bearer k');
  expect([...(second?.keys() ?? [])]).toEqual(['file', 'model', 'response_format']);
});

test('all that verbose_json says is read, unknown and misshapen fields are let be', async () => {
  server.on(ROUTE, (exchange) =>
    exchange.reply(200, {
      task: 'transcribe',
      text: ' Selamat pagi. ',
      language: 'malay',
      duration: '2.5',
      segments: [
        { id: 0, text: ' Selamat pagi.', no_speech_prob: 0.1, avg_logprob: -0.2, compression_ratio: 1.1 },
        { text: 'x', no_speech_prob: 'high', avg_logprob: null },
        null,
        { id: 2 },
      ],
      x_new: {},
    }),
  );
  expect(await transcribe(options())).toEqual({
    text: 'Selamat pagi.',
    language: 'malay',
    durationMs: 2500,
    segments: [
      { text: ' Selamat pagi.', noSpeechProb: 0.1, avgLogprob: -0.2, compressionRatio: 1.1 },
      { text: 'x' },
    ],
  });
});

test.each([
  ['a bare JSON object', '{"text":"hello"}', 'application/json', { text: 'hello' }],
  [
    'usage in seconds',
    '{"text":"hello","usage":{"type":"duration","seconds":3}}',
    'application/json',
    { text: 'hello', durationMs: 3000 },
  ],
  ['JSON without a label', '{"text":"hello","segments":null,"language":""}', '', { text: 'hello' }],
  ['plain text', ' hello \n', 'text/plain; charset=utf-8', { text: 'hello' }],
  ['a JSON string', '"hello"', 'application/json', { text: 'hello' }],
  ['silence in plain text', '', 'text/plain', { text: '' }],
  ['silence in JSON', '{"text":""}', 'application/json', { text: '' }],
])('%s is a transcript', async (_, body, type, transcript) => {
  server.on(ROUTE, (exchange) => exchange.reply(200, body, { 'content-type': type }));
  expect(await transcribe(options())).toEqual(transcript);
});

test.each([
  ['an error with status 200', '{"error":{"message":"model not loaded"}}', 'model not loaded'],
  ['a text that is no string', '{"text":null}', 'no transcript'],
  ['JSON that is cut', '{"text":"hel', 'no transcript'],
  ['nothing', '', 'no transcript'],
])('%s is invalid', async (_, body, said) => {
  server.on(ROUTE, (exchange) => exchange.reply(200, body, { 'content-type': 'application/json' }));
  const error = await endpointFailure(transcribe(options()));
  expect(error).toMatchObject({ failure: 'invalid', endpoint: 'stt' });
  expect(error.message).toContain(said);
});

test.each([
  [400, { error: { message: "response_format 'verbose_json' is not compatible with model 'm'." } }],
  [422, { detail: [{ loc: ['body', 'response_format'], msg: "Input should be 'json' or 'text'" }] }],
])(
  'a server that refuses verbose_json with %d is asked for json, the next time at once',
  async (status, answer) => {
    server.on(
      ROUTE,
      (exchange) => exchange.reply(status, answer),
      (exchange) => exchange.reply(200, { text: 'hello' }),
    );
    const plainServers = new Set<string>();
    expect(await transcribe(options({ plainServers }))).toEqual({ text: 'hello' });
    await transcribe(options({ plainServers }));
    expect(await formats()).toEqual(['verbose_json', 'json', 'json']);
    await transcribe(options({ plainServers, model: 'another' }));
    expect(await formats()).toEqual(['verbose_json', 'json', 'json', 'verbose_json']);
  },
);

test('without a memory of its own, a call shares that of the process', async () => {
  server.on(
    ROUTE,
    (exchange) => exchange.reply(400, 'unsupported response_format'),
    (exchange) => exchange.reply(200, { text: 'hello' }),
  );
  const { plainServers: _, ...rest } = options();
  await transcribe(rest);
  await transcribe(rest);
  expect(await formats()).toEqual(['verbose_json', 'json', 'json']);
});

test('a refusal that the format did not cause is reported, and not remembered', async () => {
  server.on(ROUTE, (exchange) => exchange.reply(400, { error: { message: 'unsupported audio format' } }));
  const plainServers = new Set<string>();
  const error = await endpointFailure(transcribe(options({ plainServers })));
  expect(error).toMatchObject({ failure: 'status', status: 400 });
  expect(plainServers.size).toBe(0);
  server.on(ROUTE, (exchange) => exchange.reply(400, { error: { message: 'unknown model' } }));
  await endpointFailure(transcribe(options({ plainServers })));
  expect(await formats()).toEqual(['verbose_json', 'json', 'verbose_json']);
});

test('failures before the answer are tried again, with the same audio', async () => {
  server.on(
    ROUTE,
    (exchange) => exchange.cut(),
    (exchange) => exchange.reply(200, { text: 'hello' }),
  );
  const deadlinesOfTwo = { ...deadlines, attempts: 2 };
  expect(await transcribe(options({ deadlines: deadlinesOfTwo, clock: hastyClock() }))).toEqual({
    text: 'hello',
  });
  const [first, second] = await Promise.all(
    server.requests.map(async (one) => (await one.form()).get('file')),
  );
  expect(await (second as File).bytes()).toEqual(await (first as File).bytes());
});

test('a text that nobody can have said in so short a sound is refused; a fast speaker is not', async () => {
  const wav = encodeWav(new Int16Array(32_000), 16_000);
  server.on(ROUTE, ({ reply }) => reply(200, { text: 'x'.repeat(100_000) }));
  const refused = transcribe(options({ wav }));
  await expect(refused).rejects.toMatchObject({ endpoint: 'stt', failure: 'invalid', retryable: false });
  await expect(refused).rejects.toThrow('more than 1200 characters for 2.0 s of sound');
  server.on(ROUTE, ({ reply }) => reply(200, { text: 'x'.repeat(1200) }));
  expect((await transcribe(options({ wav }))).text).toHaveLength(1200);
});

test('a server that fails over the segments of verbose_json is asked for the text alone, the next time for both', async () => {
  // vLLM 0.32, where nothing was said.
  const failed: Handler = (exchange) =>
    exchange.reply(500, { error: { message: 'tuple index out of range' } });
  server.on(ROUTE, failed, (exchange) => exchange.reply(200, { text: '' }));
  const plainServers = new Set<string>();
  expect(await transcribe(options({ plainServers }))).toEqual({ text: '' });
  await transcribe(options({ plainServers }));
  expect(await formats()).toEqual(['verbose_json', 'json', 'verbose_json']);
});

test('a server that fails over both has failed', async () => {
  server.on(ROUTE, (exchange) => exchange.reply(500, { error: { message: 'CUDA error' } }));
  expect(await endpointFailure(transcribe(options()))).toMatchObject({ failure: 'status', status: 500 });
  expect(await formats()).toEqual(['verbose_json', 'json']);
});
