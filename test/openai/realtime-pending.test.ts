import { expect, test } from 'vitest';
import type { RealtimeOptions } from '../../src/openai/realtime.ts';
import { endpointFailure } from '../helpers/endpoint-failure.ts';
import { type ManualClock, manualClock } from '../helpers/manual-clock.ts';
import {
  answer,
  COMMIT,
  OPENAI,
  REALTIME_DEADLINES,
  ramp,
  TRANSCRIPTION,
  useRealtime,
  VLLM,
} from '../helpers/realtime-server.ts';

const { server, open } = useRealtime();

/** A first commit, sent to the server. */
async function committed(rest: Partial<RealtimeOptions> = {}) {
  const client = open(rest);
  const served = await server.connection(1);
  client.append(ramp(200));
  const transcript = client.commit();
  transcript.catch(() => undefined);
  await served.received(COMMIT, server.greeting === VLLM ? 2 : 1);
  return { client, served, transcript };
}

test.each([
  [
    'its failure, by item, keeps the connection',
    OPENAI,
    1,
    { type: `${TRANSCRIPTION}.failed`, item_id: 'a', error: { message: 'too noisy' } },
    'too noisy',
  ],
  [
    'an error gives it up',
    OPENAI,
    2,
    { type: 'error', error: { type: 'invalid_request_error', message: 'bad audio' } },
    'bad audio',
  ],
  [
    'an error of vLLM gives it up',
    VLLM,
    2,
    { type: 'error', error: 'The model `x` does not exist.', code: 'model_not_found' },
    '`x`',
  ],
] as const)('a commit is refused by what the server says: %s', async (_, greeting, nth, message, said) => {
  server.greeting = greeting;
  const { client, served, transcript } = await committed();
  if (greeting === OPENAI) served.send({ type: 'input_audio_buffer.committed', item_id: 'a' });
  served.send(message);
  const error = await endpointFailure(transcript);
  expect(error).toMatchObject({ failure: 'invalid', endpoint: 'stt' });
  expect(error.message).toContain(said);
  client.append(ramp(200));
  const next = client.commit();
  const then = await server.connection(nth);
  await then.received(COMMIT, greeting === OPENAI && nth === 2 ? 1 : 2);
  if (greeting === OPENAI) answer(then, 'b', 'next');
  else then.send({ type: 'transcription.done', text: 'next' });
  expect(await next).toEqual({ text: 'next' });
});

test.each([
  // speaches 0.8, recorded; the second where it was started without LOOPBACK_HOST_URL.
  ["Error code: 404 - {'detail': \"Model 'x' is not installed locally.\"}", /STT_MODEL/],
  ['Not Found', /LOOPBACK_HOST_URL/],
])('an error over the socket says what to do: %s', async (message, hint) => {
  server.greeting = OPENAI;
  const { served, transcript } = await committed();
  served.send({ type: 'error', error: { message, type: 'invalid_request_error' } });
  expect((await endpointFailure(transcript)).hint).toMatch(hint);
});

test('an error costs the other commits nothing: they are made again', async () => {
  const { client, served, transcript } = await committed();
  client.append(ramp(300));
  const other = client.commit();
  await served.received(COMMIT, 2);
  served.send({ type: 'error', error: { type: 'invalid_request_error', message: 'bad audio' } });
  await endpointFailure(transcript);
  const second = await server.connection(2);
  await second.received(COMMIT);
  expect(second.audio()).toHaveLength(300 * 24);
  answer(second, 'b', 'other');
  expect(await other).toEqual({ text: 'other' });
});

test.each([
  ['a server error', OPENAI, { type: 'error', error: { type: 'server_error', message: 'worker died' } }],
  ['a failure of vLLM’s engine', VLLM, { type: 'error', error: 'out of memory', code: 'processing_error' }],
])('%s is tried again on another connection', async (_, greeting, message) => {
  server.greeting = greeting;
  const { served, transcript } = await committed();
  served.send(message);
  const second = await server.connection(2);
  await second.received(COMMIT, greeting === VLLM ? 2 : 1);
  second.send(message);
  expect(await endpointFailure(transcript)).toMatchObject({ failure: 'status', status: 500 });
});

test('an error while nothing is asked gives the connection up until somebody commits', async () => {
  server.greeting = VLLM;
  const client = open();
  const first = await server.connection(1);
  await first.received('session.update');
  first.send({ type: 'error', error: 'The model `x` does not exist.', code: 'model_not_found' });
  await first.closed;
  client.append(ramp(200));
  const failed = endpointFailure(client.commit());
  const second = await server.connection(2);
  await second.received(COMMIT, 2);
  second.send({ type: 'error', error: 'The model `x` does not exist.', code: 'model_not_found' });
  expect((await failed).message).toContain('The model `x` does not exist.');
});

test('a server that ends utterances by itself is refused for good', async () => {
  const client = open();
  const served = await server.connection(1);
  client.append(ramp(200));
  await served.received('input_audio_buffer.append');
  served.send({ type: 'input_audio_buffer.committed', item_id: 'its own' });
  await served.closed;
  const error = await endpointFailure(client.commit());
  expect(error).toMatchObject({ failure: 'invalid', hint: expect.stringContaining('STT_MODE=batch') });
  client.append(ramp(200));
  expect(await endpointFailure(client.commit())).toBe(error);
});

test('a commit given up before there is a connection is never sent', async () => {
  server.greeting = undefined;
  const client = open();
  const served = await server.connection(1);
  const abort = new AbortController();
  client.append(ramp(300));
  const given = endpointFailure(client.commit(abort.signal));
  abort.abort();
  await given;
  client.append(ramp(200));
  client.commit().catch(() => undefined);
  served.send(OPENAI);
  await served.received(COMMIT);
  expect(served.audio()).toHaveLength(200 * 24);
});

test('a failure of a commit that was given up costs no connection', async () => {
  const abort = new AbortController();
  const client = open();
  const served = await server.connection(1);
  client.append(ramp(200));
  const given = endpointFailure(client.commit(abort.signal));
  await served.received(COMMIT);
  abort.abort();
  await given;
  served.send({ type: 'input_audio_buffer.committed', item_id: 'a' });
  const error = { type: 'server_error', message: 'overloaded' };
  served.send({ type: `${TRANSCRIPTION}.failed`, item_id: 'a', error });
  client.append(ramp(200));
  const next = client.commit();
  await served.received(COMMIT, 2);
  answer(served, 'b', 'next');
  expect(await next).toEqual({ text: 'next' });
});

test('an error about a commit that was given up is nobody else’s', async () => {
  const abort = new AbortController();
  const client = open();
  const served = await server.connection(1);
  client.append(ramp(200));
  const given = endpointFailure(client.commit(abort.signal));
  await served.received(COMMIT);
  abort.abort();
  await given;
  served.send({ type: 'error', error: { type: 'server_error', message: 'overloaded' } });
  client.append(ramp(200));
  const next = client.commit();
  const second = await server.connection(2);
  await second.received(COMMIT);
  answer(second, 'b', 'next');
  expect(await next).toEqual({ text: 'next' });
});

test('an answer to nobody is passed over', async () => {
  const { served, transcript } = await committed();
  served.send({ type: 'input_audio_buffer.committed', item_id: 'a' });
  served.send({ type: `${TRANSCRIPTION}.completed`, item_id: 'other', transcript: 'not mine' });
  served.send({ type: `${TRANSCRIPTION}.completed`, item_id: 'a', transcript: 'mine' });
  served.send({ type: `${TRANSCRIPTION}.completed`, item_id: 'a', transcript: 'again' });
  expect(await transcript).toEqual({ text: 'mine' });
});

test.each([
  ['whose final is empty after its pieces', 'My line', ''],
  ['that says only the final', '', 'My line'],
])('a server %s', async (_, delta, transcript) => {
  const { served, transcript: result } = await committed();
  if (delta) served.send({ type: `${TRANSCRIPTION}.delta`, item_id: 'a', delta });
  served.send({ type: `${TRANSCRIPTION}.completed`, item_id: 'a', transcript });
  expect(await result).toEqual({ text: 'My line' });
});

/** Commits on a clock moved by hand, which a single attempt must end by. */
async function timed(): Promise<{ clock: ManualClock } & Awaited<ReturnType<typeof committed>>> {
  const clock = manualClock();
  return { clock, ...(await committed({ clock, deadlines: { ...REALTIME_DEADLINES, attempts: 1 } })) };
}

test('no text by the first-byte deadline is an error, and the next commit gets a new connection', async () => {
  const { clock, client, served, transcript } = await timed();
  clock.advance(REALTIME_DEADLINES.firstByteTimeoutMs - 1);
  clock.advance(1);
  expect(await endpointFailure(transcript)).toMatchObject({ failure: 'first-byte' });
  await served.closed;
  client.append(ramp(200));
  const next = client.commit();
  const second = await server.connection(2);
  await second.received(COMMIT);
  answer(second, 'a', 'next');
  expect(await next).toEqual({ text: 'next' });
});

test('text that stops is given up at the stall deadline', async () => {
  const { clock, served, transcript } = await timed();
  served.send({ type: `${TRANSCRIPTION}.delta`, item_id: 'a', delta: 'My' });
  await clock.waitsFor(REALTIME_DEADLINES.stallTimeoutMs);
  clock.advance(REALTIME_DEADLINES.stallTimeoutMs);
  expect(await endpointFailure(transcript)).toMatchObject({ failure: 'stall' });
});

test('a commit that was given up holds nobody up for longer than its deadline', async () => {
  server.greeting = VLLM;
  const clock = manualClock();
  const client = open({ clock });
  const served = await server.connection(1);
  const abort = new AbortController();
  client.append(ramp(200));
  const first = endpointFailure(client.commit(abort.signal));
  await served.received(COMMIT, 2);
  abort.abort();
  await first;
  client.append(ramp(200));
  const second = client.commit();
  clock.advance(REALTIME_DEADLINES.firstByteTimeoutMs);
  clock.advance(100);
  const next = await server.connection(2);
  await next.received(COMMIT, 2);
  next.send({ type: 'transcription.done', text: 'second' });
  expect(await second).toEqual({ text: 'second' });
});

test.each([
  ['whole', [{ type: `${TRANSCRIPTION}.completed`, item_id: 'a', transcript: 'x'.repeat(100_000) }]],
  [
    'piece by piece',
    Array.from({ length: 100 }, () => ({
      ...{ type: `${TRANSCRIPTION}.delta`, item_id: 'a', delta: 'x'.repeat(1000) },
    })),
  ],
])(
  'a text that nobody can have said is refused, %s, and the next commit is answered',
  async (_, messages) => {
    const longest = { characters: 0 };
    const onPartial = (text: string) => {
      longest.characters = Math.max(longest.characters, text.length);
    };
    const { client, served, transcript } = await committed({ onPartial });
    served.send({ type: 'input_audio_buffer.committed', item_id: 'a' });
    for (const message of messages) served.send(message);
    const error = await endpointFailure(transcript);
    expect(error).toMatchObject({ failure: 'invalid', retryable: false });
    expect(error.message).toContain('more than 1020 characters for 0.2 s of sound');
    expect(longest.characters).toBeLessThanOrEqual(1020);
    client.append(ramp(200));
    const next = client.commit();
    const then = await server.connection(2);
    await then.received(COMMIT, 1);
    answer(then, 'b', 'next');
    expect(await next).toEqual({ text: 'next' });
  },
);
