import { expect, test } from 'vitest';
import { EndpointError } from '../../../src/errors.ts';
import type { Clock } from '../../../src/openai/clock.ts';
import { RealtimeTranscriber } from '../../../src/stages/turn/realtime-transcriber.ts';
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

/** A realtime connection that says what it got, piece by piece. */
function realtime() {
  const said: string[] = [];
  let seconds = 0;
  return {
    said,
    hasAnswered: true,
    append: (samples: Int16Array) => {
      seconds += samples.length / TURN_SAMPLE_RATE;
    },
    async commit() {
      const text = `${seconds}s`;
      seconds = 0;
      said.push('commit');
      if (text === '13s') throw new Error('lost');
      return { text };
    },
    clear: () => {
      seconds = 0;
      said.push('clear');
    },
    close: () => said.push('close'),
  };
}

/** What is late after a second. */
function lateness(clock: Clock = manualClock()) {
  const error = (ms: number) =>
    new EndpointError(`no text within ${ms} ms`, {
      endpoint: 'stt',
      url: 'ws://h/v1',
      failure: 'first-byte',
    });
  return { clock, afterMs: () => 1000, error };
}

test('realtime: a turn is all of its pieces, in order', async () => {
  const connection = realtime();
  const transcriber = new RealtimeTranscriber({
    realtime: connection,
    filter: ({ text }) => ({ text }),
    late: lateness(),
    whole: () => Promise.reject(new Error('no such route')),
    onRescued() {},
    onError() {},
  });
  transcriber.push(seconds(1));
  await transcriber.transcribe(never());
  transcriber.push(seconds(2));
  expect((await transcriber.transcribe(never())).text).toBe('1s 2s');
  transcriber.reset();
  transcriber.push(seconds(3));
  expect((await transcriber.transcribe(never())).text).toBe('3s');
});

test('realtime: a caller who goes on loses no piece, and a lost piece is told', async () => {
  const errors: unknown[] = [];
  const transcriber = new RealtimeTranscriber({
    realtime: realtime(),
    filter: ({ text }) => ({ text }),
    late: lateness(),
    whole: () => Promise.reject(new Error('no such route')),
    onRescued() {},
    onError: (error) => errors.push(error),
  });
  const goesOn = new AbortController();
  transcriber.push(seconds(1));
  const first = transcriber.transcribe(goesOn.signal);
  goesOn.abort(new Error('the caller goes on'));
  await expect(first).rejects.toThrow('goes on');
  transcriber.push(seconds(2));
  expect((await transcriber.transcribe(never())).text).toBe('1s 2s');
  transcriber.push(seconds(13));
  expect((await transcriber.transcribe(never())).text).toBe('1s 2s');
  expect(errors).toHaveLength(1);
  transcriber.reset();
  transcriber.push(seconds(13));
  await expect(transcriber.transcribe(never())).rejects.toThrow('lost');
});

test('realtime: a lost piece is transcribed as a whole, once, and told', async () => {
  const rescued: unknown[] = [];
  const sent: number[] = [];
  const transcriber = new RealtimeTranscriber({
    realtime: realtime(),
    filter: ({ text }) => ({ text }),
    late: lateness(),
    async whole(samples) {
      sent.push(samples.length / TURN_SAMPLE_RATE);
      return { text: 'whole' };
    },
    onError: (error) => expect(error).toBeUndefined(),
    onRescued: (error) => rescued.push(error),
  });
  for (const [s, text] of [
    [1, '1s'],
    [13, '1s whole'],
    [2, '1s whole 2s'],
  ] as const) {
    transcriber.push(seconds(s));
    expect((await transcriber.transcribe(never())).text).toBe(text);
  }
  expect(sent).toEqual([13]);
  expect(rescued).toMatchObject([{ message: 'lost' }]);
});

test('realtime: a piece whose text is late is transcribed as a whole too, and given up where that is sooner', async () => {
  const clock = manualClock();
  const rescued: unknown[] = [];
  const commits: AbortSignal[] = [];
  const connection = {
    ...realtime(),
    commit(signal?: AbortSignal) {
      if (signal) commits.push(signal);
      return new Promise<never>(() => {});
    },
  };
  const transcriber = new RealtimeTranscriber({
    realtime: connection,
    filter: ({ text }) => ({ text }),
    late: lateness(clock),
    whole: async (samples) => ({ text: `whole ${samples.length / TURN_SAMPLE_RATE}s` }),
    onError: (error) => expect(error).toBeUndefined(),
    onRescued: (error) => rescued.push(error),
  });
  transcriber.push(seconds(3));
  const text = transcriber.transcribe(never());
  await clock.waitsFor(1000);
  expect(commits.map(({ aborted }) => aborted)).toEqual([false]);
  clock.advance(1000);
  expect(await text).toMatchObject({ text: 'whole 3s' });
  expect(commits.map(({ aborted }) => aborted)).toEqual([true]);
  expect(rescued).toMatchObject([{ failure: 'first-byte' }]);
});

test('realtime: what was said since the last pause is looked at as a whole, until that fails', async () => {
  let fails = false;
  let asked = 0;
  const transcriber = new RealtimeTranscriber({
    realtime: realtime(),
    filter: ({ text }) => ({ text }),
    late: lateness(),
    async whole(samples) {
      asked += 1;
      if (fails) throw new Error('404');
      return { text: `${samples.length / TURN_SAMPLE_RATE}s` };
    },
    onError() {},
    onRescued() {},
  });
  transcriber.push(seconds(1));
  transcriber.push(seconds(1));
  expect((await transcriber.peek(never()))?.text).toBe('2s');
  expect((await transcriber.transcribe(never())).text).toBe('2s');
  fails = true;
  await expect(transcriber.peek(never())).rejects.toThrow('404');
  expect(await transcriber.peek(never())).toBeUndefined();
  expect(asked).toBe(2);
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
