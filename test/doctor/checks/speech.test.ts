import { expect, test } from 'vitest';
import { speech } from '../../../src/doctor/checks/speech.ts';
import { encodeWav } from '../../../src/openai/wav.ts';
import { type Handler, useEndpointServer } from '../../helpers/endpoint-server.ts';
import { inside } from '../../helpers/inside.ts';

const ROUTE = 'POST /v1/audio/speech';
const SECOND = new Int16Array(24_000).fill(1000);
const server = useEndpointServer();

const run = (env: Record<string, string> = {}) =>
  speech.run(inside({ TTS_BASE_URL: server.baseUrl, TTS_ATTEMPTS: '1', ...env }));

/** A voice at this rate, which its raw samples do not tell. */
const voiceAt =
  (sampleRate: number): Handler =>
  ({ request, reply }) => {
    const samples = SECOND.subarray(0, sampleRate);
    const { response_format: format } = request.json() as { response_format: string };
    reply(200, format === 'wav' ? encodeWav(samples, sampleRate) : new Uint8Array(samples.slice().buffer));
  };

test('the voice is made to speak once, and its rate and first sound are told', async () => {
  server.on(ROUTE, voiceAt(24_000));
  expect(await run()).toMatchObject({
    evidence: expect.stringMatching(
      /^tts-1 · alloy: 1\.0 s at 24000 Hz, first sound after \d+ ms, all after \d+ ms, \d\.\d\d of real time$/,
    ),
  });
});

test('a rate that raw PCM does not say is found by its WAV, with the line to set', async () => {
  server.on(ROUTE, voiceAt(22_050));
  expect(await run()).toMatchObject({
    fix: expect.stringMatching(/22050 Hz.*9 % too fast.*\nTTS_FORMAT=wav$/s),
  });
  const told = await run({ TTS_FORMAT: 'wav' });
  expect(told).toMatchObject({ evidence: expect.stringContaining('at 22050 Hz') });
  expect(told).not.toMatchObject({ fix: expect.stringContaining('too fast') });
});

test('a rate that the answer says wrong is found by the list of models, with the line to set', async () => {
  // speaches 0.8.3 with a Piper voice.
  server.on(ROUTE, voiceAt(24_000));
  server.on('GET /v1/models', ({ reply }) => reply(200, { data: [{ id: 'tts-1', sample_rate: 22_050 }] }));
  for (const TTS_FORMAT of ['pcm', 'wav']) {
    const fix = expect.stringMatching(/22050 Hz.*9 % too fast.*\nTTS_EXTRA_BODY=\{"sample_rate":24000\}$/s);
    expect(await run({ TTS_FORMAT })).toMatchObject({ verdict: 'warn', fix });
  }
  expect(await run({ TTS_EXTRA_BODY: '{"sample_rate":24000}' })).not.toMatchObject({
    fix: expect.stringContaining('too fast'),
  });
});

test('a model and a voice that the server does not have fail, with what it has', async () => {
  server.on(ROUTE, ({ reply }) => reply(400, { detail: { message: "Voice 'alloy' not found" } }));
  server.on('GET /v1/models', ({ reply }) => reply(200, { data: [{ id: 'kokoro' }] }));
  server.on('GET /v1/audio/voices', ({ reply }) => reply(200, { voices: ['af_heart', 'bm_fable'] }));
  await expect(run()).rejects.toMatchObject({
    message: expect.stringContaining("Voice 'alloy' not found"),
    hint: expect.stringMatching(/\nTTS_MODEL=kokoro\nTTS_VOICE=af_heart\n\(it also has bm_fable\)$/),
  });
});
