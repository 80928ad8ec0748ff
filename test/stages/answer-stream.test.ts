import { initializeLogger, Task, tts } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { EndpointError } from '../../src/errors.ts';
import { AnswerStream } from '../../src/stages/answer-stream.ts';
import type { StageHooks } from '../../src/stages/hooks.ts';
import { OUTPUT_SAMPLE_RATE } from '../../src/stages/speech-frames.ts';
import { createStreamingTts } from '../../src/stages/tts.ts';
import { configFrom } from '../helpers/config.ts';
import { type Exchange, useEndpointServer } from '../helpers/endpoint-server.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const ROUTE = 'POST /v1/audio/speech';
const server = useEndpointServer();
let errors: EndpointError[];

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));
beforeEach(() => {
  errors = [];
});

const voice = (env: Record<string, string> = {}, onMark?: StageHooks['onMark']) =>
  createStreamingTts(
    configFrom({ TTS_BASE_URL: server.baseUrl, TTS_ATTEMPTS: '1', ...env }),
    {},
    {
      onError: (error) => errors.push(error),
      ...(onMark && { onMark }),
    },
  );

/** Loud for its whole length, so that nothing is trimmed. */
const tone = (durationMs: number) =>
  Buffer.from(new Int16Array((OUTPUT_SAMPLE_RATE * durationMs) / 1000).fill(4000).buffer);
const inputOf = ({ request }: Exchange) => (request.json() as { input: string }).input;
const texts = () => server.requests.map((request) => (request.json() as { input: string }).input);

interface Heard {
  frames: AudioFrame[];
  finals: boolean[];
}

async function drain(
  stream: tts.SynthesizeStream,
  heard: Heard = { frames: [], finals: [] },
): Promise<Heard> {
  for await (const audio of stream) {
    if (audio === tts.SynthesizeStream.END_OF_STREAM) continue;
    heard.frames.push(audio.frame);
    heard.finals.push(audio.final);
  }
  return heard;
}

const durationMsOf = ({ frames }: Heard) =>
  (frames.reduce((sum, { samplesPerChannel }) => sum + samplesPerChannel, 0) * 1000) / OUTPUT_SAMPLE_RATE;

test('the voice is asked for a clause while the answer is still written, and its first frame is out', async () => {
  server.on(ROUTE, async (exchange) => {
    exchange.start(200, { 'content-type': 'audio/pcm' });
    await exchange.write(tone(100));
  });
  const stream = voice().stream();
  stream.pushText('Sure,');
  expect(inputOf(await server.received(1))).toBe('Sure,');
  const first = await stream.next();
  expect(first.done).toBe(false);
  stream.close();
});

test('each step of an answer is told once, with its attempt', async () => {
  server.on(ROUTE, ({ reply }) => reply(200, tone(110)));
  const marks: unknown[] = [];
  const stream = voice({}, (...mark) => marks.push(mark)).stream();
  for (const token of ['Sure, I can', ' do that.', ' Anything else?']) stream.pushText(token);
  stream.endInput();
  await drain(stream);
  const attempt = expect.any(Number);
  expect(marks).toEqual([
    ['first-token', attempt],
    ['first-clause', attempt],
    ['first-byte', attempt],
  ]);
});

test('an answer is spoken chunk by chunk, in frames of 20 to 200 ms, the last one marked', async () => {
  server.on(ROUTE, ({ reply }) => reply(200, tone(110)));
  const stream = voice().stream();
  for (const token of ['**Sure', ', I', '** can', ' do that', ' 🎉.', ' Any', 'thing', ' else?']) {
    stream.pushText(token);
  }
  stream.endInput();
  const heard = await drain(stream);
  expect(texts()).toEqual(['Sure,', 'I can do that.', 'Anything else?']);
  expect(durationMsOf(heard)).toBeCloseTo(330, 0);
  const lengthsMs = heard.frames.map(({ samplesPerChannel }) => samplesPerChannel / 24);
  for (const ms of lengthsMs.slice(0, -1)) expect(ms % 20 === 0 && ms <= 200).toBe(true);
  expect(lengthsMs.at(-1)).toBeLessThan(40);
  expect(heard.finals.indexOf(true)).toBe(heard.finals.length - 1);
  expect(errors).toEqual([]);
});

test('request n+1 is sent before the audio of n has ended, each time', async () => {
  server.on(ROUTE, async (exchange) => {
    exchange.start(200, { 'content-type': 'audio/pcm' });
    await exchange.write(tone(100));
  });
  const stream = voice().stream();
  const heard: Heard = { frames: [], finals: [] };
  const ended = drain(stream, heard);
  stream.pushText('One. Two. Three. Four.');
  stream.endInput();
  for (let n = 1; n <= 3; n += 1) {
    const running = await server.received(n);
    const next = await server.received(n + 1);
    expect([inputOf(running), inputOf(next)]).toEqual(texts().slice(n - 1, n + 1));
    await running.write(tone(100));
    running.end();
  }
  (await server.received(4)).end();
  await ended;
  expect(durationMsOf(heard)).toBeCloseTo(700, 0);
});

test('a barge-in closes every connection and reports nothing', async () => {
  server.on(ROUTE, async (exchange) => {
    exchange.start(200, { 'content-type': 'audio/pcm' });
    await exchange.write(tone(100));
  });
  const stream = voice().stream();
  stream.pushText('One. Two. Three.');
  await stream.next();
  const running = [await server.received(1), await server.received(2)];
  stream.close();
  await Promise.all(running.map(({ closed }) => closed));
  expect(texts()).toEqual(['One.', 'Two.']);
  expect(errors).toEqual([]);
});

test('the end of the reply that asked for it ends the requests, before any byte of theirs', async () => {
  server.on(ROUTE, () => {});
  const reply = new AbortController();
  const stream = await Task.from(async () => voice().stream(), reply).result;
  stream.pushText('One. Two.');
  const running = [await server.received(1), await server.received(2)];
  reply.abort();
  await Promise.all(running.map(({ closed }) => closed));
  expect((await drain(stream)).frames).toEqual([]);
  expect(errors).toEqual([]);
});

test('a chunk that the voice refuses is reported; the next sentence is heard', async () => {
  server.on(ROUTE, (exchange) =>
    inputOf(exchange) === 'One.' ? exchange.reply(400, 'no such word') : exchange.reply(200, tone(100)),
  );
  const stream = voice().stream();
  stream.pushText('One. Two.');
  stream.endInput();
  expect(durationMsOf(await drain(stream))).toBeCloseTo(100, 0);
  expect(errors.map(({ endpoint, status }) => [endpoint, status])).toEqual([['tts', 400]]);
});

test('a voice that is gone ends the answer without an exception', async () => {
  server.on(ROUTE, ({ reply }) => reply(503, 'busy'));
  const stream = voice().stream();
  stream.pushText('One. Two. Three. Four. Five. Six.');
  stream.endInput();
  expect(await drain(stream)).toEqual({ frames: [], finals: [] });
  expect(errors).toHaveLength(2);
  expect(server.requests.length).toBeLessThanOrEqual(3);
});

test('an answer without a word asks for nothing', async () => {
  const stream = voice().stream();
  stream.pushText('… 🎉');
  stream.endInput();
  expect((await drain(stream)).frames).toEqual([]);
  expect(server.requests).toEqual([]);
});

test('the silence that a voice puts around each chunk does not add up to long pauses', async () => {
  const silence = Buffer.from(new Int16Array(OUTPUT_SAMPLE_RATE / 2).buffer);
  server.on(ROUTE, ({ reply }) => reply(200, Buffer.concat([silence, tone(100), silence])));
  const stream = voice().stream();
  stream.pushText('Sure, Ali.');
  stream.endInput();
  const afterClauseMs = 180;
  const afterSentenceMs = 350;
  expect(durationMsOf(await drain(stream))).toBeCloseTo(2 * (20 + 100) + afterClauseMs + afterSentenceMs, 0);
});

test('when the model pauses, what it wrote is spoken', async () => {
  const clock = manualClock();
  const spoken: string[] = [];
  const stream = new AnswerStream(voice(), {
    attempt: 1,
    async *speak(text) {
      spoken.push(text);
      yield new Int16Array(2400).fill(4000);
    },
    onError: (error) => errors.push(error as EndpointError),
    firstWords: 6,
    aheadMs: 5000,
    clock,
  });
  stream.pushText('Come at 3 p.m.');
  await clock.waitsFor(250);
  expect(spoken).toEqual([]);
  clock.advance(250);
  expect((await stream.next()).done).toBe(false);
  expect(spoken).toEqual(['Come at 3 p.m.']);
  stream.close();
});
