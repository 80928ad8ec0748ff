import { setImmediate as settled } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { BOUNDS } from '../../src/bounds.ts';
import { speakInOrder } from '../../src/stages/speak-in-order.ts';
import type { Chunk } from '../../src/stages/text/chunker.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const RATE = 1000;

/** A request whose audio the test sends by hand. */
interface Request {
  text: string;
  signal: AbortSignal;
  /** Audio of this length; its samples hold the number of the request, from 1. */
  send(ms: number): void;
  end(): void;
  fail(): void;
}

/** Chunks written `like this`; one that ends without a full stop ends no sentence. */
function speaking(texts: string[], aheadMs = 60_000) {
  const clock = manualClock();
  const call = new AbortController();
  const requests: Request[] = [];
  const errors: unknown[] = [];
  const broken: string[] = [];
  const heard: number[] = [];
  const written = texts.map((text): Chunk => ({ text, endsSentence: text.endsWith('.') }));
  const speech = speakInOrder(
    (async function* () {
      yield* written;
    })(),
    {
      speak({ text }, signal) {
        let controller: ReadableStreamDefaultController<Int16Array> | undefined;
        const audio = new ReadableStream<Int16Array>({
          start(opened) {
            controller = opened;
          },
        });
        const number = requests.length + 1;
        const fail = () => controller?.error(new Error(`${text} failed`));
        signal.addEventListener('abort', fail);
        const send = (ms: number) => controller?.enqueue(new Int16Array(ms).fill(number));
        requests.push({ text, signal, send, end: () => controller?.close(), fail });
        return audio;
      },
      sampleRate: RATE,
      aheadMs,
      clock,
      signal: call.signal,
      onError: (error) => errors.push(error),
      onBroken: () => broken.push('broken'),
    },
  );
  const ended = (async () => {
    for await (const samples of speech) heard.push(samples[0] ?? 0);
  })();
  const request = (n: number) => {
    const found = requests[n - 1];
    if (!found) throw new Error(`request ${n} was not sent; sent: ${requests.length}`);
    return found;
  };
  const texted = async () => {
    await settled();
    return requests.map(({ text }) => text);
  };
  return { clock, call, speech, request, texted, errors, broken, heard, ended };
}

test('the next request is sent while one streams, and no third', async () => {
  const { request, texted } = speaking(['a.', 'b.', 'c.']);
  expect(await texted()).toEqual(['a.', 'b.']);
  request(1).send(100);
  expect(await texted()).toEqual(['a.', 'b.']);
  request(1).end();
  expect(await texted()).toEqual(['a.', 'b.', 'c.']);
});

test('audio keeps its order, whichever request answers first', async () => {
  const { request, texted, heard, ended } = speaking(['a.', 'b.']);
  await texted();
  request(2).send(100);
  request(2).end();
  await settled();
  expect(heard).toEqual([]);
  request(1).send(100);
  await settled();
  expect(heard, 'the first bytes are passed on at once').toEqual([1]);
  request(1).send(100);
  request(1).end();
  await ended;
  expect(heard).toEqual([1, 1, 2]);
});

test('nothing is asked for while enough waits to be played', async () => {
  const { clock, request, texted } = speaking(['a.', 'b.', 'c.'], 1000);
  await texted();
  request(1).send(2000);
  request(2).send(1500);
  request(1).end();
  request(2).end();
  expect(await texted()).toEqual(['a.', 'b.']);
  clock.advance(2499);
  expect(await texted()).toEqual(['a.', 'b.']);
  clock.advance(1);
  expect(await texted()).toEqual(['a.', 'b.', 'c.']);
});

test('time in which nothing was left to play does not count as played', async () => {
  const { clock, request, texted } = speaking(['a.', 'b.', 'c.'], 1000);
  await texted();
  request(1).send(500);
  await settled();
  clock.advance(10_000);
  request(2).send(3000);
  await settled();
  request(1).end();
  expect(await texted()).toEqual(['a.', 'b.']);
  clock.advance(2000);
  expect(await texted()).toEqual(['a.', 'b.', 'c.']);
});

test('audio that a running request still owes counts too, at 65 ms a character', async () => {
  const long = `${'a'.repeat(99)}.`;
  const { clock, request, texted } = speaking([long, 'b.', 'c.'], 5000);
  expect(await texted()).toEqual([long]);
  request(1).send(2000);
  await settled();
  clock.advance(1500);
  expect(await texted()).toEqual([long, 'b.']);
});

test('a chunk that fails takes the rest of its sentence with it, and the next one is heard', async () => {
  const { request, texted, heard, errors, ended } = speaking(['a', 'b', 'c.', 'd.']);
  await texted();
  request(1).fail();
  request(2).send(100);
  await texted();
  expect(request(2).signal.aborted).toBe(true);
  await texted();
  expect(request(3).signal.aborted).toBe(true);
  request(4).send(100);
  request(4).end();
  await ended;
  expect(heard).toEqual([4]);
  expect(errors).toHaveLength(1);
});

test('two chunks lost in a row end the answer', async () => {
  const { request, texted, heard, errors, ended } = speaking(['a.', 'b.', 'c.', 'd.']);
  await texted();
  request(1).fail();
  await texted();
  request(2).fail();
  await ended;
  expect(heard).toEqual([]);
  expect(errors).toHaveLength(2);
  const sent = await texted();
  for (const n of sent.keys()) if (n > 1) expect(request(n + 1).signal.aborted).toBe(true);
});

test('an abort ends all requests at once and is no failure', async () => {
  const { call, request, texted, heard, errors, ended } = speaking(['a.', 'b.', 'c.']);
  await texted();
  request(1).send(100);
  await settled();
  call.abort();
  expect([request(1).signal.aborted, request(2).signal.aborted]).toEqual([true, true]);
  await ended;
  expect(heard).toEqual([1]);
  expect(errors).toEqual([]);
  expect(await texted()).toEqual(['a.', 'b.']);
});

test('a reader that leaves ends all requests', async () => {
  const { speech, request, texted } = speaking(['a.', 'b.']);
  await texted();
  request(1).send(100);
  await settled();
  const left = speech.return(undefined);
  request(1).send(100);
  await left;
  expect([request(1).signal.aborted, request(2).signal.aborted]).toEqual([true, true]);
});

/** Sound without end, 10 s a piece, from every request; how many pieces were taken. */
function endless(texts: string[]) {
  const clock = manualClock();
  const call = new AbortController();
  const taken: number[] = [];
  const chunks = async function* (): AsyncGenerator<Chunk> {
    for (const text of texts) yield { text, endsSentence: true };
  };
  const speech = speakInOrder(chunks(), {
    async *speak() {
      const at = taken.push(0) - 1;
      for (;;) {
        taken[at] = (taken[at] ?? 0) + 1;
        yield new Int16Array(10_000);
      }
    },
    ...{ sampleRate: RATE, aheadMs: 1_000_000, clock, signal: call.signal },
    onError: (error) => expect.fail(String(error)),
  });
  return { clock, call, taken, speech };
}

const IN_PIECES = BOUNDS.speechAheadMs / 10_000;

test('a request is read on only while little of it waits for the reader', async () => {
  const { taken, speech } = endless(['a.', 'b.']);
  await speech.next();
  await settled();
  expect(taken).toEqual([IN_PIECES + 2, IN_PIECES + 1]);
  for (let n = 0; n < 50; n += 1) await settled();
  expect(taken).toEqual([IN_PIECES + 2, IN_PIECES + 1]);
});

test('what is read is played first: a reader that takes all holds 30 s, and then gets more as time passes', async () => {
  const { clock, call, taken, speech } = endless(['a.']);
  let pieces = 0;
  const ended = (async () => {
    for await (const _samples of speech) pieces += 1;
  })();
  for (let n = 0; n < 50; n += 1) await settled();
  expect(pieces).toBe(IN_PIECES + 1);
  clock.advance(10_000);
  for (let n = 0; n < 50; n += 1) await settled();
  expect(pieces).toBe(IN_PIECES + 2);
  expect(taken[0]).toBeLessThanOrEqual(2 * IN_PIECES + 3);
  call.abort();
  await ended;
  expect(pieces, 'an abort ends it at once').toBe(IN_PIECES + 2);
});

test('that the end of an answer was lost is told; that a sentence in its middle was is not', async () => {
  const whole = speaking(['a.', 'b.', 'c.']);
  await whole.texted();
  whole.request(1).fail();
  await whole.texted();
  whole.request(2).send(10);
  whole.request(2).end();
  await whole.texted();
  whole.request(3).send(10);
  whole.request(3).end();
  await whole.ended;
  expect(whole.broken).toEqual([]);

  const cut = speaking(['a.', 'b.']);
  await cut.texted();
  cut.request(1).send(10);
  cut.request(1).end();
  await cut.texted();
  cut.request(2).fail();
  await cut.ended;
  expect(cut.broken).toEqual(['broken']);

  const aborted = speaking(['a.']);
  await aborted.texted();
  aborted.call.abort();
  await aborted.ended;
  expect(aborted.broken).toEqual([]);
});

test('a chunk that breaks off before anything of it was heard is asked for once more, whole', async () => {
  const { request, texted, heard, errors, broken, ended } = speaking(['a.', 'b.']);
  await texted();
  for (const n of [1, 2]) request(n).send(100);
  await settled();
  request(2).fail();
  expect(await texted()).toEqual(['a.', 'b.', 'b.']);
  request(1).end();
  request(3).send(100);
  request(3).end();
  await ended;
  expect([heard, errors, broken]).toEqual([[1, 3], [], []]);
});

test('one that breaks off while it is heard goes on from there, once; at its end it was heard', async () => {
  const { request, texted, heard, errors, ended } = speaking(['Pay it in the app.', 'b.']);
  await texted();
  for (const [n, ms] of [
    [1, 700],
    [3, 100],
    [2, 200],
  ] as const) {
    request(n).send(ms);
    await settled();
    request(n).fail();
    await texted();
  }
  await ended;
  expect(await texted()).toEqual(['Pay it in the app.', 'b.', 'in the app.']);
  expect(heard).toEqual([1, 3, 2]);
  expect(errors).toHaveLength(1);
});
