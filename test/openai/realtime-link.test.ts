import { beforeEach, expect, test } from 'vitest';
import type { EndpointError } from '../../src/errors.ts';

import { endpointFailure } from '../helpers/endpoint-failure.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import {
  APPEND,
  answer,
  COMMIT,
  OPENAI,
  ramp,
  realtimeServer,
  TRANSCRIPTION,
  useRealtime,
  VLLM,
} from '../helpers/realtime-server.ts';

let retries: EndpointError[];
const { server, open } = useRealtime({ onRetry: (error) => void retries.push(error) });
beforeEach(() => {
  retries = [];
});

test('a lost connection is opened again without being asked', async () => {
  open();
  (await server.connection(1)).socket.terminate();
  await server.connection(2);
  expect(retries).toMatchObject([{ failure: 'stall' }]);
});

test.each([OPENAI, VLLM])(
  'the open utterance is sent again on the next connection, whole: %o',
  async (greeting) => {
    server.greeting = greeting;
    const client = open();
    const first = await server.connection(1);
    client.append(ramp(300));
    await first.received(APPEND, 3);
    first.socket.terminate();
    const second = await server.connection(2);
    await second.received(APPEND, 3);
    client.append(ramp(150));
    const transcript = client.commit();
    await second.received(COMMIT, greeting === VLLM ? 2 : 1);
    expect(second.audio()).toHaveLength(450 * (greeting === VLLM ? 16 : 24));
    if (greeting === VLLM) second.send({ type: 'transcription.done', text: 'all of it' });
    else answer(second, 'a', 'all of it');
    expect(await transcript).toEqual({ text: 'all of it' });
  },
);

test('commits under way are made again in order; one given up is not', async () => {
  const client = open();
  const first = await server.connection(1);
  const abort = new AbortController();
  client.append(ramp(200));
  const one = client.commit();
  client.append(ramp(300));
  const given = endpointFailure(client.commit(abort.signal));
  client.append(ramp(400));
  const three = client.commit();
  await first.received(COMMIT, 3);
  answer(first, 'a', 'one');
  abort.abort();
  expect([await one, (await given).failure]).toEqual([{ text: 'one' }, 'aborted']);
  first.socket.close(1011, 'worker died');
  const second = await server.connection(2);
  await second.received(COMMIT);
  expect(second.audio()).toHaveLength(400 * 24);
  answer(second, 'x', 'three');
  expect(await three).toEqual({ text: 'three' });
  expect(retries[0]?.message).toContain('1011: worker died');
});

test('a commit fails when as many connections as attempts are lost', async () => {
  const client = open();
  client.append(ramp(200));
  const failed = endpointFailure(client.commit());
  for (const n of [1, 2]) {
    const served = await server.connection(n);
    await served.received(COMMIT);
    served.socket.terminate();
  }
  expect(await failed).toMatchObject({ failure: 'stall', endpoint: 'stt' });
});

test('with nothing listening a commit fails by its attempts, and works again once there is a server', async () => {
  const { baseUrl } = server;
  await server.close();
  const client = open({ baseUrl });
  client.append(ramp(200));
  const failure = await endpointFailure(client.commit());
  expect(failure).toMatchObject({
    failure: 'connect',
    hint: expect.stringContaining('Nothing listens there'),
  });
  const back = await realtimeServer(OPENAI, Number(new URL(baseUrl).port));
  client.append(ramp(200));
  const transcript = client.commit();
  const served = await back.connection(1);
  await served.received(COMMIT);
  answer(served, 'a', 'back');
  expect(await transcript).toEqual({ text: 'back' });
  client.close();
  await back.close();
});

test.each([
  [401, '{"error":{"message":"bad key secret-key"}}', 'status', 'wants another API key'],
  [404, '{"detail":"Not Found"}', 'status', 'no such route'],
])(
  'an upgrade refused with %d is not tried again until somebody commits',
  async (status, body, failure, hint) => {
    server.refusals = [
      { status, body },
      { status, body },
    ];
    const client = open({ apiKey: 'secret-key' });
    await expect.poll(() => retries).toHaveLength(1);
    client.append(ramp(200));
    const error = await endpointFailure(client.commit());
    expect(error).toMatchObject({ failure, status, hint: expect.stringContaining(hint) });
    expect(error.message).not.toContain('secret-key');
    client.append(ramp(200));
    const transcript = client.commit();
    const served = await server.connection(1);
    await served.received(COMMIT);
    answer(served, 'a', 'healed');
    expect(await transcript).toEqual({ text: 'healed' });
  },
);

test('an overloaded server is tried again', async () => {
  server.refusals = [{ status: 503 }];
  const client = open();
  client.append(ramp(200));
  const transcript = client.commit();
  const served = await server.connection(1);
  await served.received(COMMIT);
  answer(served, 'a', 'x');
  expect(await transcript).toEqual({ text: 'x' });
});

test('once closed it stays closed', async () => {
  const client = open();
  const { closed } = await server.connection(1);
  client.close();
  await closed;
  client.append(ramp(200));
  expect(server.connections).toHaveLength(1);
  expect(retries).toEqual([]);
});

test('after a loss the text so far begins anew', async () => {
  const partials: string[] = [];
  const client = open({ onPartial: (text) => partials.push(text) });
  client.append(ramp(200));
  const transcript = client.commit();
  for (const [n, delta] of [
    [1, 'My'],
    [2, 'My line'],
  ] as const) {
    const served = await server.connection(n);
    await served.received(COMMIT);
    served.send({ type: `${TRANSCRIPTION}.delta`, item_id: 'a', delta });
    await expect.poll(() => partials).toHaveLength(n);
    if (n === 1) served.socket.terminate();
    else answer(served, 'a', ' is down.');
  }
  expect(await transcript).toEqual({ text: 'is down.' });
  expect(partials.slice(0, 2)).toEqual(['My', 'My line']);
});

test('an utterance of more than a minute is not sent again: its commit fails', async () => {
  const client = open();
  const first = await server.connection(1);
  await first.received('session.update');
  for (let second = 0; second < 61; second += 1) client.append(new Int16Array(16_000));
  await first.received(APPEND, 600);
  first.socket.terminate();
  await server.connection(2);
  const failure = await endpointFailure(client.commit());
  expect(failure).toMatchObject({
    failure: 'stall',
    message: expect.stringContaining('too long to be sent again'),
  });
});

test('a commit does not sit out the pause of an idle connection, and its tries begin anew', async () => {
  const clock = manualClock();
  server.refusals = Array.from({ length: 5 }, () => ({ status: 503 }));
  const client = open({ clock, random: () => 0 });
  for (const pauseMs of [50, 100, 200]) {
    await clock.waitsFor(pauseMs);
    if (pauseMs < 200) clock.advance(pauseMs);
  }
  client.append(ramp(200));
  const transcript = client.commit();
  await clock.waitsFor(50);
  clock.advance(50);
  expect(await endpointFailure(transcript)).toMatchObject({ status: 503 });
  expect(retries).toHaveLength(5);
});

test('a commit in a pause makes one connection, not two', async () => {
  const clock = manualClock();
  server.refusals = [{ status: 503 }];
  const client = open({ clock, random: () => 0 });
  await clock.waitsFor(50);
  for (const n of [1, 2]) {
    client.append(ramp(200));
    const transcript = client.commit();
    const served = await server.connection(1);
    await served.received(COMMIT, n);
    clock.advance(50);
    answer(served, `item ${n}`, 'x');
    await transcript;
  }
  expect(server.connections).toHaveLength(1);
});
