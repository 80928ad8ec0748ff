import { expect, test } from 'vitest';
import { EndpointError } from '../../../src/errors.ts';
import type { Clock } from '../../../src/openai/clock.ts';
import { RealtimeTranscriber } from '../../../src/stages/turn/realtime-transcriber.ts';
import { TURN_SAMPLE_RATE } from '../../../src/stages/turn/transcriber.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const never = () => new AbortController().signal;
const seconds = (n: number) => new Int16Array(n * TURN_SAMPLE_RATE).fill(1);

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

test('a turn is all of its pieces, in order', async () => {
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

test('a caller who goes on loses no piece, and a lost piece is told', async () => {
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

test('a lost piece is transcribed as a whole, once, and told', async () => {
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

test('a piece whose text is late is transcribed as a whole too, and given up where that is sooner', async () => {
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

test('what was said since the last pause is looked at as a whole, until that fails', async () => {
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
