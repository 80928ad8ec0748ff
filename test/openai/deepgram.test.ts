import { expect, test } from 'vitest';
import { openRealtime } from '../../src/openai/realtime.ts';
import { speak } from '../../src/openai/speech.ts';
import { transcribe } from '../../src/openai/transcription.ts';
import { encodeWav } from '../../src/openai/wav.ts';
import { results, useDeepgram } from '../helpers/deepgram-server.ts';
import { endpointFailure } from '../helpers/endpoint-failure.ts';
import { hastyClock, manualClock } from '../helpers/manual-clock.ts';
import { REALTIME_DEADLINES, ramp } from '../helpers/realtime-server.ts';

const server = useDeepgram();
const shared = () => ({
  ...{ baseUrl: `${server.origin}/v1`, apiKey: 'very-secret', model: 'nova-3', wire: 'deepgram' },
  ...{ keySetting: 'DEEPGRAM_API_KEY', deadlines: { ...REALTIME_DEADLINES, attempts: 1 } },
});
const wav = encodeWav(new Int16Array(1600), 16_000, 1);

function listen(clock = hastyClock()) {
  const client = openRealtime({ ...shared(), sampleRate: 16_000, language: 'ms', clock });
  return client;
}

test('a file is posted with what is wanted in the query, and its transcript read', async () => {
  server.heard = ['My line is down.'];
  const extraBody = { keyterm: ['Unifi', 'Streamyx'], smart_format: false };
  const heard = await transcribe({ ...shared(), wav, extraBody });
  expect(heard).toEqual({ text: 'My line is down.' });
  const [request] = server.requests;
  expect(request).toMatchObject({ route: 'POST /v1/listen', key: 'Token very-secret' });
  expect(request?.query).toMatchObject({ model: 'nova-3', language: 'multi', smart_format: 'false' });
  expect(request?.query.keyterm).toBe('Streamyx');
  expect(request?.body.length).toBe(wav.length);
});

test('a text is spoken: raw samples at 24 kHz', async () => {
  const rates = new Set<number>();
  let samples = 0;
  for await (const chunk of speak({ ...shared(), voice: 'not its own', text: 'Selamat pagi' })) {
    rates.add(chunk.sampleRate);
    samples += chunk.samples.length;
  }
  expect([[...rates], samples]).toEqual([[24_000], 4800]);
  const [request] = server.requests;
  expect(request?.query).toMatchObject({ encoding: 'linear16', sample_rate: '24000', container: 'none' });
  expect(String(request?.body)).toBe('{"text":"Selamat pagi"}');
});

test('a key that is refused is told with the setting that holds it, never with itself', async () => {
  server.manner = 'refuses-key';
  const failures = [
    await endpointFailure(transcribe({ ...shared(), wav })),
    await endpointFailure(speak({ ...shared(), voice: '', text: 'Hello' }).next()),
  ];
  for (const failure of failures) {
    expect(failure).toMatchObject({ status: 401, hint: expect.stringContaining('set DEEPGRAM_API_KEY') });
    expect(failure.message).toContain('Invalid credentials.');
    expect(failure.message).not.toContain('very-secret');
  }
});

test('speech is sent while it is spoken, and each end of it answered with its words', async () => {
  server.heard = ['My line', 'is down.'];
  const client = listen();
  client.append(ramp(300));
  const first = client.commit();
  client.append(ramp(200));
  expect([await first, await client.commit()]).toEqual([{ text: 'My line' }, { text: 'is down.' }]);
  expect(server.messages).toEqual(['audio', 'audio', 'audio', 'Finalize', 'audio', 'audio', 'Finalize']);
  expect(server.requests[0]?.query).toMatchObject({
    language: 'ms',
    endpointing: 'false',
    sample_rate: '16000',
  });
  expect(client.hasAnswered).toBe(true);
  client.close();
});

/** A connection that has 300 ms of an utterance, whose server says only what a test does. */
async function scripted() {
  server.manner = 'mute';
  const client = listen(manualClock());
  client.append(ramp(300));
  await expect.poll(() => server.messages).toHaveLength(3);
  const [socket] = server.sockets;
  if (!socket) throw new Error('no connection');
  return {
    client,
    say: (text: string, ...rest: [number, number, object?]) => socket.send(results(text, ...rest)),
  };
}

test('what is final before the end is part of the whole; the end needs no word of its own', async () => {
  const { client, say } = await scripted();
  say('My line', 0, 0.2);
  const text = client.commit();
  say('is', 0.2, 0.05);
  say('down.', 0.25, 0.04);
  expect(await text).toEqual({ text: 'My line is down.' });
  client.close();
});

test('an utterance that was answered whole before its end has its text at once', async () => {
  const { client, say } = await scripted();
  const partial = new Promise<void>((resolve) => {
    const poll = () => (server.messages.includes('audio') ? resolve() : setImmediate(poll));
    poll();
  });
  await partial;
  say('My line is down.', 0, 0.3);
  client.append(ramp(1));
  await expect.poll(() => client.commit().then(({ text }) => text)).toBe('My line is down.');
  client.close();
});

test('an answer to no more than the first does not end the second', async () => {
  const { client, say } = await scripted();
  const first = client.commit();
  say('My line', 0, 0.3, { from_finalize: true });
  expect(await first).toEqual({ text: 'My line' });
  client.append(ramp(300));
  const second = client.commit();
  say('', 0.3, 0, { from_finalize: true });
  say('is down.', 0.3, 0.25, { from_finalize: true });
  expect(await second).toEqual({ text: 'is down.' });
  client.close();
});

test('one that is not answered by itself leaves its words to none', async () => {
  const { client, say } = await scripted();
  const first = client.commit();
  client.append(ramp(300));
  const second = client.commit();
  await expect.poll(() => server.messages.filter((type) => type === 'Finalize')).toHaveLength(2);
  say('is down.', 0, 0.6);
  expect([await first, await second]).toEqual([{ text: '' }, { text: 'is down.' }]);
  client.close();
});

test('a connection on which nobody speaks is kept', async () => {
  const clock = manualClock();
  const client = listen(clock);
  await clock.waitsFor(4000);
  clock.advance(4000);
  await clock.waitsFor(4000);
  await expect.poll(() => server.messages).toEqual(['KeepAlive']);
  client.close();
});

test.each([
  [
    'an error',
    JSON.stringify({ type: 'Error', description: 'out of memory', variant: 'X' }),
    'out of memory',
  ],
  ['a close', undefined, '1011: NET-0001'],
])('%s in the middle is told in its words', async (_, message, said) => {
  const { client } = await scripted();
  const failed = endpointFailure(client.commit());
  if (message) server.sockets[0]?.send(message);
  else server.sockets[0]?.close(1011, 'NET-0001');
  expect((await failed).message).toContain(said);
  client.close();
});
