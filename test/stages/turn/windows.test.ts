import { expect, test } from 'vitest';
import { Windows } from '../../../src/stages/turn/windows.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A model that says which window it was asked for, by its first sample, when it is let. */
function windowsWith({ failsAt, takesMs = 100 }: { failsAt?: number; takesMs?: number } = {}) {
  let now = 0;
  const told: (number | string)[] = [];
  const asked: (() => void)[] = [];
  const windows = new Windows(
    {
      predict: (window) =>
        new Promise((resolve, reject) =>
          asked.push(() =>
            window[0] === failsAt ? reject(new Error('native error')) : resolve(window[0] ?? -1),
          ),
        ),
    },
    { onWindow: (probability) => told.push(probability), onFailed: (error) => told.push(String(error)) },
    () => now,
  );
  const push = (samples: Int16Array) => windows.pushFrame({ data: samples });
  /** The next so many windows, each full of its number. */
  let number = 0;
  const hears = (count: number) => {
    for (let at = 0; at < count; at += 1) push(new Int16Array(512).fill(number++));
  };
  const answers = async (count = 1) => {
    for (let at = 0; at < count; at += 1) {
      now += takesMs;
      asked.shift()?.();
      await settled();
    }
  };
  return { windows, told, asked, push, hears, answers };
}

test('windows are judged in their order, one at a time, from frames of any length', async () => {
  const { told, asked, push, answers } = windowsWith();
  for (let at = 0; at < 2048; at += 160)
    push(new Int16Array(Math.min(160, 2048 - at)).fill(at < 480 ? 7 : 9));
  expect(asked.length).toBe(1);
  await answers(5);
  expect(told).toEqual([7, 9, 9, 9]);
});

test('what waits for half a second is judged whole; of more, the last counts for those before it', async () => {
  const { told, hears, answers } = windowsWith();
  hears(17);
  await answers(17);
  expect(told).toEqual(Array.from({ length: 17 }, (_, number) => number));
  hears(1 + 16 + 4);
  await answers(1);
  expect(told.slice(17)).toEqual([17]);
  await answers(1);
  expect(told.slice(18)).toEqual([21, 21, 21, 21]);
  await answers(16);
  expect(told.slice(22)).toEqual([22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37]);
});

test('audio that comes all at once is judged whole, as long as windows are judged in time', async () => {
  const { told, hears, answers } = windowsWith({ takesMs: 1 });
  hears(100);
  await answers(100);
  expect(told).toEqual(Array.from({ length: 100 }, (_, number) => number));
});

test('a model that answers once while four windows come stays half a second behind', async () => {
  const { told, hears, answers } = windowsWith();
  for (let second = 0; second < 100; second += 1) {
    hears(4);
    await answers(1);
  }
  expect(told.length).toBeGreaterThanOrEqual(400 - 16 - 8);
});

test('one that fails says so once; one that is closed says nothing', async () => {
  const failing = windowsWith({ failsAt: 1 });
  failing.hears(2);
  await failing.answers(2);
  expect(failing.told).toEqual([0, 'Error: native error']);
  const closed = windowsWith();
  closed.hears(2);
  closed.windows.close();
  await closed.answers(2);
  expect(closed.told).toEqual([]);
  expect(closed.asked).toEqual([]);
});
