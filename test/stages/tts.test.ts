import { initializeLogger } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EndpointError } from '../../src/errors.ts';
import { encodeWav } from '../../src/openai/wav.ts';
import { OUTPUT_SAMPLE_RATE } from '../../src/stages/speech-frames.ts';
import { createStreamingTts } from '../../src/stages/tts.ts';
import { configFrom } from '../helpers/config.ts';
import { useEndpointServer } from '../helpers/endpoint-server.ts';

const ROUTE = 'POST /v1/audio/speech';
const server = useEndpointServer();
let errors: EndpointError[];

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
beforeEach(() => {
  errors = [];
});

function ttsOf(env: Record<string, string> = {}, persona: Parameters<typeof createStreamingTts>[1] = {}) {
  const config = configFrom({ TTS_BASE_URL: server.baseUrl, TTS_ATTEMPTS: '1', ...env });
  return createStreamingTts(config, persona, { onError: (error) => errors.push(error) });
}

function sine(sampleRate: number, durationMs: number, frequency = 440): Int16Array {
  const length = (sampleRate * durationMs) / 1000;
  return Int16Array.from({ length }, (_, i) => 8000 * Math.sin((2 * Math.PI * frequency * i) / sampleRate));
}

async function framesOf(stream: ReturnType<ReturnType<typeof ttsOf>['synthesize']>): Promise<AudioFrame[]> {
  const frames: AudioFrame[] = [];
  for await (const { frame } of stream) frames.push(frame);
  return frames;
}

/** Rising zero crossings a second: the frequency of a clean tone. */
function frequencyOf(frames: AudioFrame[]): number {
  const samples = frames.flatMap(({ data }) => [...data]);
  const rises = samples.filter((sample, i) => sample >= 0 && (samples[i - 1] ?? 0) < 0).length;
  return (rises * OUTPUT_SAMPLE_RATE) / samples.length;
}
const durationMsOf = (frames: AudioFrame[]) =>
  (frames.reduce((sum, { samplesPerChannel }) => sum + samplesPerChannel, 0) * 1000) / OUTPUT_SAMPLE_RATE;

test('model, voice and speed go out as configured; a prompt’s voice wins', async () => {
  server.on(ROUTE, ({ reply }) => reply(200, Buffer.from(sine(24_000, 100).buffer)));
  await framesOf(
    ttsOf({ TTS_MODEL: 'kokoro', TTS_SPEED: '1.2' }, { voice: 'af_heart' }).synthesize('Selamat pagi.'),
  );
  expect(server.requests[0]?.json()).toMatchObject({
    model: 'kokoro',
    voice: 'af_heart',
    speed: 1.2,
    input: 'Selamat pagi.',
    response_format: 'pcm',
  });
});

test('fields and headers beyond the standard go out, those of the prompt over those of the setting', async () => {
  server.on(ROUTE, ({ reply }) => reply(200, Buffer.from(sine(24_000, 100).buffer)));
  const env = {
    TTS_EXTRA_BODY: '{"lang_code": "e", "normalization_options": {"normalize": true, "unit": false}}',
    TTS_HEADERS: '{"X-Tenant": "voice"}',
  };
  const extraBody = { tts: { lang_code: 'z', normalization_options: { unit: true } } };
  await framesOf(ttsOf(env, { extraBody }).synthesize('Selamat pagi.'));
  expect(server.requests[0]?.json()).toEqual({
    model: 'tts-1',
    voice: 'alloy',
    input: 'Selamat pagi.',
    response_format: 'pcm',
    lang_code: 'z',
    normalization_options: { normalize: true, unit: true },
  });
  expect(server.requests[0]?.headers['x-tenant']).toBe('voice');
});

test('the first frame is out while the server is still speaking', async () => {
  let finish = () => {};
  server.on(ROUTE, async (exchange) => {
    exchange.start(200, { 'content-type': 'audio/pcm' });
    await exchange.write(Buffer.from(sine(24_000, 100).buffer));
    finish = () => exchange.end();
  });
  const stream = ttsOf().synthesize('Hello.');
  const first = await stream.next();
  if (first.done) throw new Error('no frame');
  expect(durationMsOf([first.value.frame])).toBe(80);
  finish();
  expect(durationMsOf(await framesOf(stream))).toBeCloseTo(20, 0);
});

describe.each([16_000, 22_050, 24_000, 48_000])('a server that speaks WAV at %i Hz', (sampleRate) => {
  test('is heard at the right pitch and length', async () => {
    server.on(ROUTE, ({ reply }) =>
      reply(200, encodeWav(sine(sampleRate, 500), sampleRate), { 'content-type': 'audio/wav' }),
    );
    const frames = await framesOf(ttsOf().synthesize('Hello.'));
    expect(frames.every(({ sampleRate }) => sampleRate === OUTPUT_SAMPLE_RATE)).toBe(true);
    expect(frequencyOf(frames)).toBeGreaterThan(430);
    expect(frequencyOf(frames)).toBeLessThan(450);
    expect(Math.abs(durationMsOf(frames) - 500)).toBeLessThan(25);
  });
});

test('a failure is reported once, with the endpoint, and the stream ends without an exception', async () => {
  server.on(ROUTE, ({ reply }) => reply(503, 'busy'));
  expect(await framesOf(ttsOf({ TTS_ATTEMPTS: '2' }).synthesize('Hello.'))).toEqual([]);
  expect(server.requests).toHaveLength(2);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({ endpoint: 'tts', failure: 'status', status: 503 });
});

test('a connection that breaks mid-sentence keeps what was heard, and is not tried again', async () => {
  server.on(ROUTE, async (exchange) => {
    exchange.start(200, { 'content-type': 'audio/pcm', 'content-length': '96000' });
    await exchange.write(Buffer.from(sine(24_000, 200).buffer));
    exchange.cut();
  });
  const frames = await framesOf(ttsOf({ TTS_ATTEMPTS: '3' }).synthesize('Hello.'));
  expect(durationMsOf(frames)).toBeCloseTo(200, 0);
  expect(server.requests).toHaveLength(1);
  expect(errors).toHaveLength(1);
});

test('closing the stream, as a barge-in does, aborts the request and reports nothing', async () => {
  server.on(ROUTE, async (exchange) => {
    exchange.start(200, { 'content-type': 'audio/pcm' });
    await exchange.write(Buffer.from(sine(24_000, 100).buffer));
  });
  const stream = ttsOf().synthesize('Hello.');
  await stream.next();
  stream.close();
  await (await server.received(1)).closed;
  expect(errors).toEqual([]);
});
