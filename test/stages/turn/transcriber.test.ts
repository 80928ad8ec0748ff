import { expect, test } from 'vitest';
import { RealtimeTranscriber } from '../../../src/stages/turn/realtime-transcriber.ts';
import { TURN_SAMPLE_RATE, WholeAudioTranscriber } from '../../../src/stages/turn/transcriber.ts';

const never = new AbortController().signal;
const seconds = (n: number) => new Int16Array(n * TURN_SAMPLE_RATE);

/** Answers with how many seconds of audio it was sent. */
function counting() {
  const sent: number[] = [];
  const signals: AbortSignal[] = [];
  const held: (() => void)[] = [];
  const transcriber = new WholeAudioTranscriber((samples, signal) => {
    const length = samples.length / TURN_SAMPLE_RATE;
    sent.push(length);
    signals.push(signal);
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      held.push(() => resolve({ text: `${length}s ` }));
    });
  });
  const answered = async (signal = never) => {
    const text = transcriber.transcribe(signal);
    held.at(-1)?.();
    return (await text).text;
  };
  return { transcriber, sent, signals, held, answered };
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
  const { transcriber, signals, held, answered } = counting();
  const goesOn = new AbortController();
  transcriber.push(seconds(1));
  const short = transcriber.transcribe(goesOn.signal);
  transcriber.push(seconds(8));
  const long = transcriber.transcribe(goesOn.signal);
  goesOn.abort(new Error('the caller goes on'));
  await expect(short).rejects.toThrow('goes on');
  await expect(long).rejects.toThrow('goes on');
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  held[1]?.();
  await new Promise((resolve) => setImmediate(resolve));
  transcriber.push(seconds(1));
  expect(await answered()).toBe('9s 1s');
});

test('speech without any pause is transcribed while it goes on', () => {
  const { transcriber, sent } = counting();
  for (let second = 0; second < 45; second++) transcriber.push(seconds(1));
  expect(sent).toEqual([20, 40]);
});

test('a turn that is over ends its requests', () => {
  const { transcriber, signals } = counting();
  transcriber.push(seconds(9));
  transcriber.transcribe(never).catch(() => {});
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

test('realtime: a turn is all of its pieces, in order', async () => {
  const connection = realtime();
  const transcriber = new RealtimeTranscriber({
    realtime: connection,
    believe: ({ text }) => ({ text }),
    onError() {},
  });
  transcriber.push(seconds(1));
  await transcriber.transcribe(never);
  transcriber.push(seconds(2));
  expect((await transcriber.transcribe(never)).text).toBe('1s 2s');
  transcriber.reset();
  transcriber.push(seconds(3));
  expect((await transcriber.transcribe(never)).text).toBe('3s');
});

test('realtime: a caller who goes on loses no piece, and a lost piece is told', async () => {
  const errors: unknown[] = [];
  const transcriber = new RealtimeTranscriber({
    realtime: realtime(),
    believe: ({ text }) => ({ text }),
    onError: (error) => errors.push(error),
  });
  const goesOn = new AbortController();
  transcriber.push(seconds(1));
  const first = transcriber.transcribe(goesOn.signal);
  goesOn.abort(new Error('the caller goes on'));
  await expect(first).rejects.toThrow('goes on');
  transcriber.push(seconds(2));
  expect((await transcriber.transcribe(never)).text).toBe('1s 2s');
  transcriber.push(seconds(13));
  await expect(transcriber.transcribe(never)).rejects.toThrow('lost');
  expect(errors).toHaveLength(1);
});
