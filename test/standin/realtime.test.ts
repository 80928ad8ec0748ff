import { expect, onTestFinished, test } from 'vitest';
import type { EndpointError } from '../../src/errors.ts';
import { openRealtime, type RealtimeOptions } from '../../src/openai/realtime.ts';
import type { StandIn } from '../../src/standin/server.ts';
import { endpointFailure } from '../helpers/endpoint-failure.ts';
import { hastyClock } from '../helpers/manual-clock.ts';
import { beep } from './sounds.ts';
import { startBuiltIn } from './start.ts';
import { virtualClock } from './virtual-clock.ts';

const speech = beep({ toneMs: 700, silenceMs: 100 });
const deadlines = { connectTimeoutMs: 3000, firstByteTimeoutMs: 5000, stallTimeoutMs: 4000, attempts: 2 };

function open(standIn: StandIn, rest: Partial<RealtimeOptions> = {}) {
  const { baseUrl } = standIn;
  const options = { baseUrl, model: 'any', sampleRate: 16_000, deadlines, clock: hastyClock() };
  const client = openRealtime({ ...options, ...rest });
  onTestFinished(() => client.close());
  return client;
}

test('what the caller said comes after each commit, in pieces and whole', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ stt: { answers: ['My line is down.'] } });
  const partials: string[] = [];
  const client = open(standIn, { onPartial: (text) => partials.push(text), language: 'ms', prompt: 'Telco' });
  client.append(speech);
  expect(await client.commit()).toEqual({ text: 'My line is down.' });
  expect(partials).toEqual(['My', 'My line', 'My line is', 'My line is down.']);
  client.append(speech);
  expect(await client.commit()).toEqual({ text: 'I heard you speak for 0.7 seconds.' });
  expect(standIn.requests('stt').map(({ outcome, details }) => ({ outcome, ...details }))).toMatchObject([
    {
      outcome: 'answered',
      format: 'realtime',
      sampleRate: 24_000,
      language: 'ms',
      prompt: 'Telco',
      model: 'any',
    },
    { outcome: 'answered', spokenMs: 700, text: 'I heard you speak for 0.7 seconds.' },
  ]);
});

test('the journal has the connection, open while it lasts', async () => {
  const standIn = await startBuiltIn();
  const client = open(standIn);
  client.append(speech);
  await client.commit();
  expect(standIn.counts('realtime')).toMatchObject({ total: 1, pending: 1 });
  client.close();
  await expect.poll(() => standIn.counts('realtime')).toMatchObject({ pending: 0, answered: 1 });
  expect(standIn.requests('realtime')[0]?.details).toEqual({ model: 'any', commits: 1, audioMs: 900 });
});

test('the transcript waits for its profile, and no longer', async () => {
  const clock = virtualClock();
  const standIn = await startBuiltIn({ clock, profile: { stt: { latencyMs: 200, finalMs: 80 } } });
  const client = open(standIn);
  client.append(speech);
  await client.commit();
  expect(clock.now()).toBe(80);
});

test('a client that leaves with a commit under way is counted as aborted', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ faults: { stt: [{ hang: true }] } });
  const client = open(standIn);
  client.append(speech);
  const commit = endpointFailure(client.commit());
  await expect.poll(() => standIn.counts('stt').pending).toBe(1);
  client.close();
  await commit;
  await expect.poll(() => standIn.counts('stt')).toMatchObject({ pending: 0, aborted: 1 });
});

test.each([
  ['a cut', { cutAfterBytes: 0 }, 'stall'],
  ['an error of the server', { status: 503 }, 'status'],
  ['a page in place of a message', { garbage: true }, 'invalid'],
  ['a refusal', { status: 400 }, 'invalid'],
])('%s in place of a transcript is played', async (_, fault, failure) => {
  const standIn = await startBuiltIn();
  standIn.control({ faults: { stt: [{ ...fault, times: 2 }] } });
  const client = open(standIn);
  client.append(speech);
  expect(await endpointFailure(client.commit())).toMatchObject({ failure });
  expect(standIn.counts('stt').faulted).toBe(failure === 'invalid' ? 1 : 2);
});

test('a connection cut while the caller speaks loses nothing', async () => {
  const standIn = await startBuiltIn();
  standIn.control({ faults: { realtime: [{ cutAfterAudioMs: 500, times: 1 }] } });
  const client = open(standIn);
  await expect.poll(() => standIn.counts('realtime').total).toBe(1);
  for (let at = 0; at < speech.length; at += 320) client.append(speech.subarray(at, at + 320));
  expect(await client.commit()).toEqual({ text: 'I heard you speak for 0.7 seconds.' });
  expect(standIn.counts('realtime')).toMatchObject({ total: 2, faulted: 1, pending: 1 });
});

test.each([
  ['status', { status: 429, retryAfterS: 0, times: 1 }, { failure: 'status', status: 429 }],
  ['page', { garbage: true, times: 1 }, { failure: 'status', status: 200 }],
])('an upgrade answered with a %s is the fault that it is', async (_, fault, failure) => {
  const standIn = await startBuiltIn();
  standIn.control({ faults: { realtime: [fault] } });
  const retries: EndpointError[] = [];
  const client = open(standIn, { onRetry: (error) => retries.push(error) });
  await expect.poll(() => retries).toMatchObject([failure]);
  client.append(speech);
  expect(await client.commit()).toEqual({ text: 'I heard you speak for 0.7 seconds.' });
  expect(standIn.counts('realtime')).toMatchObject({ total: 2, faulted: 1 });
});

test.each([
  ['open', []],
  ['waiting for their upgrade', [{ hang: true }]],
])('closing the stand-in ends connections that are %s', async (_, realtime) => {
  const standIn = await startBuiltIn();
  standIn.control({ faults: { realtime } });
  open(standIn);
  await expect.poll(() => standIn.counts('realtime').pending).toBe(1);
  await standIn.close();
  await expect.poll(() => standIn.counts('realtime')).toMatchObject({ pending: 0, aborted: 1 });
});
