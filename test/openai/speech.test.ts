import { expect, test } from 'vitest';
import { BOUNDS } from '../../src/bounds.ts';
import { EndpointError } from '../../src/errors.ts';
import { keyOf, RouteMemory } from '../../src/openai/route-memory.ts';
import { type SpeakOptions, speak } from '../../src/openai/speech.ts';
import { encodeWav } from '../../src/openai/wav.ts';
import { useEndpointServer } from '../helpers/endpoint-server.ts';
import { hastyClock, manualClock } from '../helpers/manual-clock.ts';

const ROUTE = 'POST /v1/audio/speech';
const SAMPLES = Int16Array.from({ length: 200 }, (_, i) => i * 100);
const RAW = new Uint8Array(SAMPLES.buffer);
const deadlines = { connectTimeoutMs: 3000, firstByteTimeoutMs: 5000, stallTimeoutMs: 4000, attempts: 1 };
const server = useEndpointServer();

function options(rest: Partial<SpeakOptions> = {}): SpeakOptions {
  const { baseUrl } = server;
  return {
    baseUrl,
    model: 'm',
    voice: 'siti',
    text: 'Selamat pagi',
    deadlines,
    clock: hastyClock(),
    ...rest,
  };
}

/** All that is heard, and the error that ends it, if one does. */
async function heard(run: AsyncIterable<{ samples: Int16Array; sampleRate: number }>) {
  const samples: number[] = [];
  const rates = new Set<number>();
  let error: unknown;
  try {
    for await (const piece of run) {
      samples.push(...piece.samples);
      rates.add(piece.sampleRate);
    }
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(EndpointError);
    error = thrown;
  }
  return { samples, rates: [...rates], error: error as EndpointError | undefined };
}

test('the request says what is wanted, and nothing that was not given', async () => {
  server.on(ROUTE, (exchange) => exchange.reply(200, RAW));
  await heard(speak(options({ apiKey: 'k', speed: 1.25, format: 'wav' })));
  await heard(speak(options()));
  const [first, second] = server.requests;
  expect(first?.json()).toEqual({
    model: 'm',
    voice: 'siti',
    input: 'Selamat pagi',
    response_format: 'wav',
    speed: 1.25,
  });
  expect(first?.headers.authorization).toBe('Bearer k');
  expect(second?.json()).toEqual({
    model: 'm',
    voice: 'siti',
    input: 'Selamat pagi',
    response_format: 'pcm',
  });
  expect(second?.headers).not.toHaveProperty('authorization');
});

test('speech that stops is given up by the pauses of that voice, not only at the stall timeout', async () => {
  const clock = manualClock();
  const routes = new RouteMemory();
  for (const ms of [10, 20, 10, 30, 20])
    routes.pace.paused(keyOf('tts', { baseUrl: server.baseUrl, model: 'm' }), ms);
  server.on(ROUTE, async (exchange) => {
    exchange.start(200, { 'content-type': 'audio/pcm' });
    await exchange.write(RAW);
  });
  const broken: unknown[] = [];
  const audio = speak(
    options({
      ...{ clock, routes, onBroken: ({ baseUrl }) => broken.push(baseUrl) },
      deadlines: { ...deadlines, stallAfterMs: 1500 },
    }),
  );
  expect((await audio.next()).done).toBe(false);
  const rest = heard(audio);
  await clock.waitsFor(1400);
  clock.advance(1500);
  expect((await rest).error).toMatchObject({ failure: 'stall', message: expect.stringContaining('1500 ms') });
  expect(broken).toEqual([server.baseUrl]);
});

test('audio is yielded before the answer is complete', async () => {
  server.on(ROUTE, async (exchange) => {
    exchange.start(200, { 'content-type': 'audio/pcm' });
    await exchange.write(RAW.subarray(0, 101));
  });
  const audio = speak(options());
  const first = await audio.next();
  expect(first.value).toMatchObject({ samples: SAMPLES.subarray(0, 50), sampleRate: 24_000, channels: 1 });
  const exchange = await server.received(1);
  await exchange.write(RAW.subarray(101));
  exchange.end();
  expect((await heard(audio)).samples).toEqual([...SAMPLES.subarray(50)]);
});

test('WAV where PCM was asked for is played at its own rate, and so is a rate in a header', async () => {
  server.on(
    ROUTE,
    (exchange) => exchange.reply(200, encodeWav(SAMPLES, 22_050), { 'content-type': 'audio/pcm' }),
    (exchange) => exchange.reply(200, RAW, { 'content-type': 'audio/pcm', 'x-sample-rate': '16000' }),
  );
  expect(await heard(speak(options()))).toMatchObject({ samples: [...SAMPLES], rates: [22_050] });
  expect(await heard(speak(options()))).toMatchObject({ samples: [...SAMPLES], rates: [16_000] });
});

test('an error with status 200 is quoted, without the text that was to be spoken', async () => {
  server.on(ROUTE, (exchange) =>
    exchange.reply(200, { error: { message: 'voice siti unknown for Selamat pagi' } }),
  );
  const { error, samples } = await heard(speak(options()));
  expect(samples).toEqual([]);
  expect(error).toMatchObject({ failure: 'invalid', endpoint: 'tts', hint: expect.stringContaining('wav') });
  expect(error?.message).toContain('answered text: voice siti unknown for …');
});

test.each([
  ['nothing at all', new Uint8Array()],
  ['a WAV without samples', encodeWav(new Int16Array(), 24_000)],
])('%s is invalid, and not tried again', async (_, body) => {
  server.on(ROUTE, (exchange) => exchange.reply(200, body));
  const { error } = await heard(speak(options({ deadlines: { ...deadlines, attempts: 3 } })));
  expect(error).toMatchObject({ failure: 'invalid' });
  expect(error?.message).toContain('answered no audio');
  expect(server.requests).toHaveLength(1);
});

test('a cut before the first sample is tried again, a WAV header alone is no sample', async () => {
  const wav = encodeWav(SAMPLES, 16_000);
  server.on(
    ROUTE,
    async (exchange) => {
      exchange.start();
      await exchange.write(wav.subarray(0, 44));
      exchange.cut();
    },
    (exchange) => exchange.reply(200, wav),
  );
  const result = await heard(speak(options({ deadlines: { ...deadlines, attempts: 2 } })));
  expect(result).toMatchObject({ samples: [...SAMPLES], error: undefined });
  expect(server.requests).toHaveLength(2);
});

test('a cut after the first sample ends in an error, with all that came played and nothing twice', async () => {
  server.on(ROUTE, async (exchange) => {
    exchange.start();
    await exchange.write(RAW.subarray(0, 200));
    exchange.cut();
  });
  const result = await heard(speak(options({ deadlines: { ...deadlines, attempts: 3 } })));
  expect(result.samples).toEqual([...SAMPLES.subarray(0, 100)]);
  expect(result.error).toMatchObject({ failure: 'stall' });
  expect(server.requests).toHaveLength(1);
});

test('speech that stops coming ends at the stall deadline', async () => {
  const clock = manualClock();
  server.on(ROUTE, async (exchange) => {
    exchange.start();
    await exchange.write(RAW.subarray(0, 200));
  });
  const result = heard(speak(options({ clock })));
  await clock.waitsFor(4000);
  clock.advance(4000);
  expect((await result).error).toMatchObject({ failure: 'stall' });
  expect((await result).samples).toHaveLength(100);
});

test('leaving early, as on a barge-in, closes the connection', async () => {
  server.on(ROUTE, async (exchange) => {
    exchange.start();
    await exchange.write(RAW);
  });
  for await (const _ of speak(options())) break;
  await (await server.received(1)).closed;
});

test('an abort while the next audio is awaited ends in aborted and closes the connection', async () => {
  const abort = new AbortController();
  server.on(ROUTE, async (exchange) => {
    exchange.start();
    await exchange.write(RAW);
  });
  const audio = speak(options({ signal: abort.signal }));
  await audio.next();
  const rest = heard(audio);
  abort.abort();
  expect((await rest).error).toMatchObject({ failure: 'aborted' });
  await (await server.received(1)).closed;
});

/** Sends the same bytes until the client is gone; how many were written. */
function endless(bytes: Uint8Array, headers: Record<string, string> = { 'content-type': 'audio/pcm' }) {
  const sent = { bytes: 0 };
  server.on(ROUTE, async (exchange) => {
    let isGone = false;
    exchange.closed.then(() => {
      isGone = true;
    });
    exchange.start(200, headers);
    while (!isGone) {
      await Promise.race([exchange.write(bytes), exchange.closed]);
      sent.bytes += bytes.length;
    }
  });
  return sent;
}

test('sound without end is heard as long as its text can be, and then given up', async () => {
  endless(new Uint8Array(480_000).fill(7));
  let seconds = 0;
  let error: unknown;
  try {
    for await (const { samples, sampleRate } of speak(options({ text: 'Hello.' }))) {
      seconds += samples.length / sampleRate;
    }
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ failure: 'invalid', retryable: false });
  expect(String(error)).toContain('more than 36 s of sound for this text');
  expect(seconds).toBeGreaterThan(30);
  expect(seconds).toBeLessThanOrEqual(36);
});

test('bytes without end after the sound are given up too', async () => {
  const wav = encodeWav(SAMPLES, 24_000);
  const trailer = new TextEncoder().encode('LIST');
  const bytes = new Uint8Array(1_000_000);
  bytes.set(wav);
  bytes.set(trailer, wav.length);
  const sent = endless(bytes, { 'content-type': 'audio/wav' });
  const { samples, error } = await heard(speak(options({ text: '' })));
  expect(samples).toEqual([...SAMPLES]);
  expect(error).toMatchObject({ failure: 'invalid' });
  expect(sent.bytes).toBeLessThan(2 * BOUNDS.speechSeconds * BOUNDS.speechBytesPerSecond);
});

test('a WAV that claims two gigabytes holds what came of it', async () => {
  const wav = encodeWav(SAMPLES, 24_000);
  const view = new DataView(wav.buffer);
  view.setUint32(4, 0x7ffffff0, true);
  view.setUint32(40, 0x7ffffffe, true);
  server.on(ROUTE, (exchange) => exchange.reply(200, wav, { 'content-type': 'audio/wav' }));
  expect((await heard(speak(options()))).samples).toEqual([...SAMPLES]);
});

test('the server is read on no faster than its sound is taken', async () => {
  const sent = endless(new Uint8Array(65_536).fill(7));
  const run = speak(options({ text: 'x'.repeat(10_000) }));
  await run.next();
  // What fits into the sockets is on its way; then the server can write no more.
  let before = -1;
  await expect
    .poll(
      () => {
        const isStill = sent.bytes === before;
        before = sent.bytes;
        return isStill;
      },
      { interval: 100 },
    )
    .toBe(true);
  expect(sent.bytes).toBeLessThan(30_000_000);
  await run.return(undefined);
});
