import { expect, test, vi } from 'vitest';
import { realtimeUrl } from '../../src/openai/realtime.ts';
import { resample } from '../../src/openai/resample.ts';
import { endpointFailure } from '../helpers/endpoint-failure.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import {
  APPEND,
  answer,
  BETA,
  COMMIT,
  OPENAI,
  REALTIME_DEADLINES,
  ramp,
  SPEACHES,
  TRANSCRIPTION,
  useRealtime,
  VLLM,
} from '../helpers/realtime-server.ts';

const { server, open } = useRealtime();

test('it connects before there is audio, with the key in a header and never in the URL', async () => {
  open({ apiKey: 'secret-key', language: 'ms', prompt: 'Telco' });
  const { request, received } = await server.connection(1);
  expect(request.url).toBe('/v1/realtime?intent=transcription&model=whisper');
  expect(request.headers.authorization).toBe('Bearer secret-key');
  expect(await received('session.update')).toEqual({
    type: 'session.update',
    session: {
      type: 'transcription',
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24_000 },
          transcription: { model: 'whisper', language: 'ms', prompt: 'Telco' },
          turn_detection: null,
        },
      },
    },
  });
});

test.each([
  [
    'OpenAI beta',
    BETA,
    'transcription_session.update',
    { turn_detection: null, input_audio_format: 'pcm16' },
  ],
  ['speaches', SPEACHES, 'session.update', { turn_detection: { threshold: 1, create_response: false } }],
])('%s is configured in its own words', async (_, greeting, type, session) => {
  server.greeting = greeting;
  open();
  const { received } = await server.connection(1);
  expect(await received(type)).toMatchObject({
    session: { input_audio_transcription: { model: 'whisper' }, ...session },
  });
});

test('audio goes out in messages of 100 ms while it is spoken, at 24 kHz, the rest with the commit', async () => {
  const client = open();
  const { received, messages, audio } = await server.connection(1);
  for (let at = 0; at < 250; at += 10) client.append(ramp(250).subarray(at * 16, at * 16 + 160));
  await received(APPEND, 2);
  expect(messages.some(({ type }) => type === COMMIT)).toBe(false);
  void client.commit().catch(() => undefined);
  await received(COMMIT);
  expect(messages.filter(({ type }) => type === APPEND).length).toBeLessThanOrEqual(4);
  expect(audio()).toEqual([...resample(ramp(250), 16_000, 24_000)]);
});

test('a commit resolves with the transcript of its item; the text so far is told as it grows', async () => {
  const partials: string[] = [];
  const timings: unknown[] = [];
  const client = open({
    onPartial: (text) => partials.push(text),
    onTiming: (timing) => timings.push(timing),
  });
  const served = await server.connection(1);
  client.append(ramp(200));
  const first = client.commit();
  client.append(ramp(300));
  const second = client.commit();
  await served.received(COMMIT, 2);
  served.send({ type: 'input_audio_buffer.committed', item_id: 'a' });
  served.send({ type: 'input_audio_buffer.committed', item_id: 'b' });
  served.send({ type: `${TRANSCRIPTION}.delta`, item_id: 'a', delta: 'My ' });
  served.send({ type: `${TRANSCRIPTION}.delta`, item_id: 'a', delta: 'line' });
  served.send({ type: `${TRANSCRIPTION}.completed`, item_id: 'b', transcript: 'is down.' });
  served.send({ type: `${TRANSCRIPTION}.completed`, item_id: 'a', transcript: 'My line' });
  expect(await Promise.all([first, second])).toEqual([{ text: 'My line' }, { text: 'is down.' }]);
  expect(partials).toEqual(['My ', 'My line']);
  expect(timings).toHaveLength(2);
});

test('text that comes before the commit is told too', async () => {
  const onPartial = vi.fn<(text: string) => void>();
  const client = open({ onPartial });
  const served = await server.connection(1);
  client.append(ramp(200));
  await served.received(APPEND);
  served.send({ type: `${TRANSCRIPTION}.delta`, item_id: 'a', delta: 'My' });
  await vi.waitFor(() => expect(onPartial).toHaveBeenCalledWith('My'));
});

test('vLLM gets 16 kHz, a first and a final commit, and the next utterance after its answer', async () => {
  server.greeting = VLLM;
  const client = open();
  const served = await server.connection(1);
  expect(await served.received('session.update')).toEqual({ type: 'session.update', model: 'whisper' });
  client.append(ramp(200));
  const first = client.commit();
  client.append(ramp(300));
  const second = client.commit();
  await served.received(COMMIT, 2);
  expect(served.messages.map(({ type, final }) => [type, final]).slice(1)).toEqual([
    [COMMIT, undefined],
    [APPEND, undefined],
    [APPEND, undefined],
    [COMMIT, true],
  ]);
  expect(served.audio()).toEqual([...ramp(200)]);
  served.send({ type: 'transcription.delta', delta: ' My' });
  served.send({ type: 'transcription.done', text: ' My line', usage: {} });
  expect(await first).toEqual({ text: 'My line' });
  await served.received(COMMIT, 4);
  served.send({ type: 'transcription.done', text: 'is down.' });
  expect(await second).toEqual({ text: 'is down.' });
});

test('what speaches complains of in its configuration is let be', async () => {
  server.greeting = SPEACHES;
  const client = open();
  const served = await server.connection(1);
  served.send({
    type: 'error',
    error: { message: 'Specifying `session.turn_detection.prefix_padding_ms` is not supported.' },
  });
  client.append(ramp(200));
  const transcript = client.commit();
  await served.received(COMMIT);
  answer(served, 'a', 'Selamat.\n');
  expect(await transcript).toEqual({ text: 'Selamat.' });
});

test('less than 100 ms is silence, and is not kept for the next utterance', async () => {
  const client = open();
  const served = await server.connection(1);
  client.append(ramp(60));
  expect(await client.commit()).toEqual({ text: '' });
  client.append(ramp(200));
  void client.commit().catch(() => undefined);
  await served.received(COMMIT);
  expect(served.audio()).toHaveLength(200 * 24);
});

test.each([
  ['OpenAI, by its own message', OPENAI],
  ['vLLM, by not reading its transcript', VLLM],
])('a cleared utterance is forgotten: %s', async (_, greeting) => {
  server.greeting = greeting;
  const client = open();
  const served = await server.connection(1);
  client.append(ramp(200));
  await served.received(APPEND);
  client.clear();
  client.append(Int16Array.from(ramp(200), () => 7));
  const transcript = client.commit();
  if (greeting === VLLM) {
    await served.received(COMMIT, 2);
    served.send({ type: 'transcription.done', text: 'forgotten' });
    await served.received(COMMIT, 4);
    served.send({ type: 'transcription.done', text: 'kept' });
  } else {
    await served.received('input_audio_buffer.clear');
    await served.received(COMMIT);
    answer(served, 'a', 'kept');
  }
  expect(await transcript).toEqual({ text: 'kept' });
});

test.each([OPENAI, VLLM])(
  'an aborted commit is given up alone, and its late answer is nobody else’s: %o',
  async (greeting) => {
    server.greeting = greeting;
    const client = open();
    const served = await server.connection(1);
    const abort = new AbortController();
    client.append(ramp(200));
    const first = endpointFailure(client.commit(abort.signal));
    await served.received(COMMIT, greeting === VLLM ? 2 : 1);
    abort.abort();
    expect(await first).toMatchObject({ failure: 'aborted' });
    client.append(ramp(200));
    const second = client.commit();
    if (greeting === VLLM) {
      served.send({ type: 'transcription.done', text: 'late' });
      await served.received(COMMIT, 4);
      served.send({ type: 'transcription.done', text: 'second' });
    } else {
      await served.received(COMMIT, 2);
      answer(served, 'a', 'late');
      answer(served, 'b', 'second');
    }
    expect(await second).toEqual({ text: 'second' });
    expect(server.connections).toHaveLength(1);
  },
);

test('closing says goodbye, and aborts what is under way and what comes after', async () => {
  const client = open();
  const served = await server.connection(1);
  client.append(ramp(200));
  const underWay = endpointFailure(client.commit());
  await served.received(COMMIT);
  client.close();
  expect(await underWay).toMatchObject({ failure: 'aborted' });
  expect(await served.closed).toBe(1000);
  client.append(ramp(200));
  expect(await endpointFailure(client.commit())).toMatchObject({ failure: 'aborted' });
});

test('a commit that is aborted before it is made sends nothing', async () => {
  const client = open();
  const served = await server.connection(1);
  client.append(ramp(50));
  expect(await endpointFailure(client.commit(AbortSignal.abort()))).toMatchObject({ failure: 'aborted' });
  client.append(ramp(200));
  void client.commit().catch(() => undefined);
  await served.received(COMMIT);
  expect(served.audio()).toHaveLength(200 * 24);
});

test('the deadline for the first text runs from the commit, on a clock of its own', async () => {
  const clock = manualClock();
  const client = open({ clock, deadlines: { ...REALTIME_DEADLINES, attempts: 1 } });
  const served = await server.connection(1);
  await served.received('session.update');
  client.append(ramp(200));
  const failed = endpointFailure(client.commit());
  await served.received(COMMIT);
  clock.advance(REALTIME_DEADLINES.firstByteTimeoutMs);
  expect(await failed).toMatchObject({ failure: 'first-byte', endpoint: 'stt' });
});

test.each([
  ['https://api.openai.com/v1', 'https://api.openai.com/v1/realtime?intent=transcription'],
  ['http://gpu:8000/v1/?a=b', 'http://gpu:8000/v1/realtime?a=b&intent=transcription&model=org%2Fwhisper'],
])('the URL below %s', (baseUrl, url) => {
  expect(realtimeUrl({ baseUrl, model: 'org/whisper' })).toBe(url);
});
