import { expect, test } from 'vitest';
import type { TranscribeOptions, Transcript } from '../../src/openai/transcription.ts';
import { transcribeSse } from '../../src/openai/transcription-sse.ts';
import { encodeWav } from '../../src/openai/wav.ts';
import { endpointFailure } from '../helpers/endpoint-failure.ts';
import { type Handler, useEndpointServer } from '../helpers/endpoint-server.ts';
import { hastyClock, manualClock } from '../helpers/manual-clock.ts';

const ROUTE = 'POST /v1/audio/transcriptions';
const WAV = encodeWav(Int16Array.from([1, 2, 3]), 16_000);
const EVENTS = { 'content-type': 'text/event-stream; charset=utf-8' };
const deadlines = { connectTimeoutMs: 3000, firstByteTimeoutMs: 5000, stallTimeoutMs: 4000, attempts: 1 };
const server = useEndpointServer();

function options(rest: Partial<TranscribeOptions> = {}): TranscribeOptions {
  return { baseUrl: server.baseUrl, model: 'whisper', wav: WAV, deadlines, ...rest };
}

async function heard(rest: Partial<TranscribeOptions> = {}) {
  const pieces: string[] = [];
  const stream = transcribeSse(options(rest));
  for (;;) {
    const next = await stream.next();
    if (next.done === true) return { pieces, transcript: next.value as Transcript };
    pieces.push(next.value);
  }
}

const data = (json: unknown) => `data: ${JSON.stringify(json)}\n\n`;
const delta = (text: string) => data({ type: 'transcript.text.delta', delta: text });
const done = (rest: object) => data({ type: 'transcript.text.done', ...rest });
const chunk = (content: string, finish?: string) =>
  data({
    object: 'transcription.chunk',
    choices: [{ delta: { content }, ...(finish && { finish_reason: finish }) }],
  });
const sends = (body: string, headers: Record<string, string> = EVENTS): Handler => {
  return (exchange) => exchange.reply(200, body, headers);
};

test('the form asks for a stream of json, with the other fields as ever', async () => {
  server.on(ROUTE, sends(done({ text: 'x' })));
  await heard({ apiKey: 'k', language: 'ms' });
  const form = await server.requests[0]?.form();
  expect(Object.fromEntries([...(form ?? [])].filter(([name]) => name !== 'file'))).toEqual({
    model: 'whisper',
    response_format: 'json',
    stream: 'true',
    language: 'ms',
  });
  expect(server.requests[0]?.headers.authorization).toBe('Bearer k');
});

test.each([
  [
    'OpenAI',
    delta('Sela') + delta('mat') + done({ text: 'Selamat.', usage: { type: 'duration', seconds: 2 } }),
    ['Sela', 'mat'],
    { text: 'Selamat.', durationMs: 2000 },
  ],
  [
    'speaches, whose done is empty',
    delta(' My line') + delta(' is down.') + done({ text: '', logprobs: null }),
    [' My line', ' is down.'],
    { text: 'My line is down.' },
  ],
  [
    'vLLM',
    `${chunk('My ') + chunk('line') + chunk('', 'stop') + data({ choices: [], usage: {} })}data: [DONE]\n\n`,
    ['My ', 'line'],
    { text: 'My line' },
  ],
  ['vLLM without [DONE]', chunk('My line', 'stop'), ['My line'], { text: 'My line' }],
  [
    'faster-whisper-server',
    data({ text: ' My' }) + data({ text: ' line' }),
    [' My', ' line'],
    { text: 'My line' },
  ],
  [
    'named events, comments and unknown ones',
    `: hi\n\nevent: transcript.text.delta\n${delta('a')}${data({ type: 'new' })}${done({ text: 'a' })}`,
    ['a'],
    { text: 'a' },
  ],
  ['silence at OpenAI', done({ text: '' }), [], { text: '' }],
  ['silence at speaches 0.8, which has no event for it', '', [], { text: '' }],
  ['silence at vLLM', `${chunk('', 'stop')}data: [DONE]\n\n`, [], { text: '' }],
])('%s', async (_, body, pieces, transcript) => {
  server.on(ROUTE, sends(body));
  expect(await heard()).toEqual({ pieces, transcript });
});

test.each([
  ['as JSON', '{"text":" hello "}', { 'content-type': 'application/json' }],
  ['as JSON labelled an event stream', '{"text":"hello"}', EVENTS],
  ['as plain text', 'hello\n', { 'content-type': 'text/plain' }],
])('a server that ignores stream and answers %s is understood', async (_, body, headers) => {
  server.on(ROUTE, sends(body, headers as Record<string, string>));
  expect(await heard()).toEqual({ pieces: [], transcript: { text: 'hello' } });
});

test('nothing at all that is no event stream is no transcript', async () => {
  server.on(ROUTE, sends('', { 'content-type': 'application/json' }));
  expect(await endpointFailure(heard())).toMatchObject({ failure: 'invalid' });
});

test('pieces come as they arrive, cut in the middle of an event and of a character', async () => {
  const bytes = Buffer.from(delta('Sayā') + done({ text: 'Sayā' }));
  const middle = bytes.indexOf(0xc4) + 1;
  server.on(ROUTE, async (exchange) => {
    exchange.start(200, EVENTS);
    await exchange.write(bytes.subarray(0, middle));
    await exchange.write(bytes.subarray(middle));
  });
  const stream = transcribeSse(options());
  expect(await stream.next()).toEqual({ done: false, value: 'Sayā' });
  expect(await stream.next()).toEqual({ done: true, value: { text: 'Sayā' } });
});

test('the transcript does not wait for the end of the stream, and the connection is used again', async () => {
  server.on(ROUTE, async (exchange) => {
    exchange.start(200, EVENTS);
    await exchange.write(done({ text: 'x' }));
  });
  await heard();
  const first = await server.received(1);
  await first.write('data: [DONE]\n\n');
  first.end();
  await first.closed;
  const reuses = async () => {
    await heard();
    return server.connections < server.requests.length;
  };
  await expect.poll(reuses).toBe(true);
});

test.each([
  ['not JSON', 'data: hello there\n\n', 'invalid', 'hello there'],
  ['JSON that is cut', 'data: {"type":"transcript.te\n\n', 'invalid', 'transcript.te'],
  ['only events of another kind', data({ type: 'ping' }), 'invalid', 'ping'],
  ['an error', data({ error: { message: 'model died' } }), 'invalid', 'model died'],
  ['an error by name', 'event: error\ndata: {"message":"too long"}\n\n', 'invalid', 'too long'],
  ['pieces and no done', delta('My li'), 'stall', 'open transcript'],
  ['chunks and no finish', chunk('My li'), 'stall', 'open transcript'],
])('%s is an error that says so', async (_, body, failure, said) => {
  server.on(ROUTE, sends(body));
  const error = await endpointFailure(heard());
  expect(error).toMatchObject({ failure, endpoint: 'stt' });
  expect(error.message).toContain(said);
});

test.each([
  ['a cut before the first piece', (exchange) => exchange.cut()],
  [
    'events that begin and are cut',
    async (exchange) => {
      exchange.start(200, EVENTS);
      await exchange.write(': wait\n\n');
      exchange.cut();
    },
  ],
  ['an error of vLLM with a status', sends(data({ error: { message: 'engine busy', code: 503 } }))],
] satisfies [string, Handler][])('%s is tried again', async (_, handler) => {
  server.on(ROUTE, handler, sends(delta('a') + done({ text: 'a' })));
  const deadlinesOfTwo = { ...deadlines, attempts: 2 };
  expect((await heard({ deadlines: deadlinesOfTwo, clock: hastyClock() })).transcript).toEqual({ text: 'a' });
});

test('after the first piece nothing is tried again', async () => {
  server.on(ROUTE, async (exchange) => {
    exchange.start(200, EVENTS);
    await exchange.write(delta('a'));
    exchange.cut();
  });
  const error = await endpointFailure(heard({ deadlines: { ...deadlines, attempts: 3 } }));
  expect(error).toMatchObject({ failure: 'stall' });
  expect(server.requests).toHaveLength(1);
});

test('events that fall silent are given up at the stall deadline', async () => {
  const clock = manualClock();
  server.on(ROUTE, async (exchange) => {
    exchange.start(200, EVENTS);
    await exchange.write(delta('a'));
  });
  const stream = transcribeSse(options({ clock }));
  await stream.next();
  const next = endpointFailure(stream.next());
  await clock.waitsFor(deadlines.stallTimeoutMs);
  clock.advance(deadlines.stallTimeoutMs);
  expect(await next).toMatchObject({ failure: 'stall' });
});

test.each(['aborted', 'left'])('a stream that is %s ends the request at the server', async (how) => {
  const abort = new AbortController();
  server.on(ROUTE, async (exchange) => {
    exchange.start(200, EVENTS);
    await exchange.write(delta('a'));
  });
  const stream = transcribeSse(options({ signal: abort.signal }));
  await stream.next();
  if (how === 'left') await stream.return({ text: '' });
  else {
    abort.abort();
    expect(await endpointFailure(stream.next())).toMatchObject({ failure: 'aborted' });
  }
  await (await server.received(1)).closed;
});

test('the key does not show in an error that echoes it', async () => {
  server.on(ROUTE, sends(data({ error: { message: 'key secret-key is wrong' } })));
  expect((await endpointFailure(heard({ apiKey: 'secret-key' }))).message).not.toContain('secret-key');
});

test('a text that nobody can have said is refused as soon as it is too long', async () => {
  server.on(ROUTE, sends(Array.from({ length: 100 }, () => delta('x'.repeat(1000))).join('')));
  const error = await endpointFailure(heard());
  expect(error.failure).toBe('invalid');
  expect(error.message).toContain('more than 1001 characters for 0.0 s of sound');
  server.on(ROUTE, sends(done({ text: 'x'.repeat(100_000) })));
  expect((await endpointFailure(heard())).failure).toBe('invalid');
});

test('an event without end is refused', async () => {
  server.on(ROUTE, sends(`data: ${'x'.repeat(2_000_000)}`));
  const error = await endpointFailure(heard());
  expect(error.failure).toBe('invalid');
  expect(error.message).toContain('an event of more than 1048576 characters');
});

test('a server that sends on after the transcript is left', async () => {
  const left = new Promise<void>((resolve) => {
    server.on(ROUTE, async (exchange) => {
      exchange.closed.then(resolve);
      exchange.start(200, EVENTS);
      await exchange.write(done({ text: 'hello' }));
      for (let n = 0; n < 40; n += 1) {
        await Promise.race([exchange.write(`: ${'x'.repeat(100_000)}\n`), exchange.closed]);
      }
    });
  });
  expect((await heard()).transcript).toEqual({ text: 'hello' });
  await left;
});
