import { expect, test } from 'vitest';
import { TURN_SAMPLE_RATE, WholeAudioTranscriber } from '../../../src/stages/turn/transcriber.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const never = () => new AbortController().signal;
const seconds = (n: number) => new Int16Array(n * TURN_SAMPLE_RATE).fill(1);
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Answers, when told, with how many seconds of audio it was sent. */
function counting() {
  const clock = manualClock();
  const sent: number[] = [];
  const signals: AbortSignal[] = [];
  const held: (() => void)[] = [];
  const failing: (() => void)[] = [];
  const transcriber = new WholeAudioTranscriber((samples, signal) => {
    const length = Math.round(samples.length / TURN_SAMPLE_RATE);
    sent.push(length);
    signals.push(signal);
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      held.push(() => resolve({ text: `${length}s ` }));
      failing.push(() => reject(new Error('refused')));
    });
  }, clock);
  const answered = async (signal = never()) => {
    const text = transcriber.transcribe(signal);
    held.at(-1)?.();
    return (await text).text;
  };
  /** A pause in which nothing is answered, and the caller goes on. */
  const goesOnAfter = async (ms: number) => {
    const goesOn = new AbortController();
    const text = transcriber.transcribe(goesOn.signal);
    clock.advance(ms);
    goesOn.abort(new Error('the caller goes on'));
    await expect(text).rejects.toThrow('goes on');
  };
  return { transcriber, clock, sent, signals, held, failing, answered, goesOnAfter };
}

test('each pause sends the whole turn again', async () => {
  const { transcriber, answered } = counting();
  transcriber.push(seconds(1));
  expect(await answered()).toBe('1s');
  transcriber.push(seconds(2));
  expect(await answered()).toBe('3s');
  transcriber.reset();
  transcriber.push(seconds(1));
  expect(await answered()).toBe('1s');
});

test('of a long turn only what came after the last transcribed pause is sent', async () => {
  const { transcriber, answered, sent } = counting();
  transcriber.push(seconds(9));
  expect(await answered()).toBe('9s');
  transcriber.push(seconds(2));
  expect(await answered()).toBe('9s 2s');
  expect(sent).toEqual([9, 2]);
});

test('a long transcription goes on when the caller does, a short one is aborted', async () => {
  const { transcriber, signals, held, answered, goesOnAfter } = counting();
  transcriber.push(seconds(1));
  await goesOnAfter(200);
  transcriber.push(seconds(8));
  await goesOnAfter(200);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  held[1]?.();
  transcriber.push(seconds(1));
  expect(await answered()).toBe('9s 1s');
});

test('what a slow server was sent is not sent again when the caller goes on, however short', async () => {
  const { transcriber, sent, signals, held, goesOnAfter } = counting();
  transcriber.push(seconds(2));
  await goesOnAfter(1500);
  transcriber.push(seconds(3));
  const text = transcriber.transcribe(never());
  expect(sent).toEqual([2, 3]);
  expect(signals[0]?.aborted).toBe(false);
  held[1]?.();
  held[0]?.();
  expect((await text).text).toBe('2s 3s');
});

test('the silence in which a text is awaited is no speech: one request, and the text once', async () => {
  const { transcriber, sent, held, clock } = counting();
  transcriber.push(seconds(2));
  const text = transcriber.transcribe(never());
  for (let waited = 0; waited < 25; waited++) {
    clock.advance(1000);
    transcriber.push(seconds(1));
  }
  held[0]?.();
  expect((await text).text).toBe('2s');
  expect(sent).toEqual([2]);
});

test('a caller who goes on after such a silence is heard, with little of the silence', async () => {
  const { transcriber, sent, goesOnAfter, answered, held } = counting();
  transcriber.push(seconds(2));
  const goesOn = new AbortController();
  const first = transcriber.transcribe(goesOn.signal);
  for (let waited = 0; waited < 25; waited++) transcriber.push(seconds(1));
  held[0]?.();
  await first;
  goesOn.abort();
  transcriber.push(seconds(1));
  expect(await answered()).toBe('8s');
  expect(sent).toEqual([2, 8]);
  await goesOnAfter(1);
});

test('speech without any pause is sent in pieces while it goes on, each of it once, cut where it is quietest', async () => {
  const { transcriber, sent, held } = counting();
  for (let second = 0; second < 18; second++) transcriber.push(seconds(1));
  transcriber.push(new Int16Array(1600));
  for (let second = 0; second < 27; second++) transcriber.push(seconds(1));
  expect(sent).toEqual([18, 16]);
  const text = transcriber.transcribe(never());
  for (const answer of held) answer();
  expect((await text).text).toBe('18s 16s 11s');
});

test('a piece that failed is sent again once, and its turn is whole', async () => {
  const { transcriber, sent, held, failing } = counting();
  for (let second = 0; second < 20; second++) transcriber.push(seconds(1));
  failing[0]?.();
  await settled();
  const text = transcriber.transcribe(never());
  expect(sent).toEqual([16, 16, 4]);
  for (const answer of held) answer();
  expect((await text).text).toBe('16s 4s');
});

test('a server that fails for an hour of speech is sent little of it, and the turn fails', async () => {
  const { transcriber, sent, failing } = counting();
  for (let second = 0; second < 3600; second++) {
    transcriber.push(seconds(1));
    for (const fail of failing.splice(0)) fail();
    await settled();
  }
  await expect(transcriber.transcribe(never())).rejects.toThrow('refused');
  expect(sent).toEqual([16, 16, 17]);
  transcriber.reset();
  transcriber.push(seconds(1));
  const text = transcriber.transcribe(never());
  expect(sent.at(-1)).toBe(1);
  failing[0]?.();
  await expect(text).rejects.toThrow('refused');
});

test('a turn that is over ends its requests', () => {
  const { transcriber, signals } = counting();
  transcriber.push(seconds(9));
  transcriber.transcribe(never()).catch(() => {});
  transcriber.reset();
  expect(signals[0]?.aborted).toBe(true);
});

test('looking at a turn changes nothing of what is sent at its pauses', async () => {
  const { transcriber, answered, held, sent } = counting();
  transcriber.push(seconds(2));
  const looked = transcriber.peek(never());
  held.at(-1)?.();
  expect((await looked).text.trim()).toBe('2s');
  transcriber.push(seconds(1));
  expect(await answered()).toBe('3s');
  expect(sent).toEqual([2, 3]);
});
