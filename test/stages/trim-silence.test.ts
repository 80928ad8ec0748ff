import { expect, test } from 'vitest';
import { trimSilence } from '../../src/stages/trim-silence.ts';

const RATE = 1000;
const sound = (ms: number) => new Int16Array(ms).fill(5000);
const silence = (ms: number) => new Int16Array(ms).fill(20);

async function* of(...pieces: Int16Array[]): AsyncGenerator<Int16Array> {
  yield* pieces;
}

/** Milliseconds of silence, sound, silence … of what is left; the first may be 0. */
async function runs(tailMs: number, ...pieces: Int16Array[]): Promise<number[]> {
  const lengths: number[] = [0];
  let isLoud = false;
  for await (const samples of trimSilence(of(...pieces), { sampleRate: RATE, tailMs })) {
    for (const sample of samples) {
      if (sample > 1000 !== isLoud) lengths.push(0);
      isLoud = sample > 1000;
      lengths.push((lengths.pop() ?? 0) + 1);
    }
  }
  return lengths;
}

test('silence before the first sound is left out, but for its soft beginning', async () => {
  expect(await runs(100, silence(300), sound(50))).toEqual([20, 50]);
});

test('silence after the last sound is cut to its limit', async () => {
  expect(await runs(40, sound(50), silence(300))).toEqual([0, 50, 40]);
  expect(await runs(400, sound(50), silence(300))).toEqual([0, 50, 300]);
});

test('pauses between sounds stay, however they arrive', async () => {
  const all = [silence(200), sound(50), silence(300), sound(70), silence(200)];
  expect(await runs(40, ...all)).toEqual([20, 50, 300, 70, 40]);
  const joined = Int16Array.from(all.flatMap((piece) => [...piece]));
  const crumbs = Array.from({ length: 117 }, (_, i) => joined.subarray(i * 7, i * 7 + 7));
  expect(await runs(40, ...crumbs, joined.subarray(117 * 7))).toEqual([20, 50, 300, 70, 40]);
});

test('a sound shorter than a window is kept; silence alone is nothing', async () => {
  expect(await runs(40, sound(3))).toEqual([0, 3]);
  expect(await runs(40, silence(500))).toEqual([0]);
});

test('a pause that may be the end is not waited out before it is passed on', async () => {
  let asked = 0;
  async function* pieces() {
    for (const piece of [sound(50), silence(30), silence(500)]) {
      asked += 1;
      yield piece;
    }
  }
  const trimmed = trimSilence(pieces(), { sampleRate: RATE, tailMs: 40 });
  for (let windows = 0; windows < 8; windows += 1) await trimmed.next();
  expect(asked).toBe(2);
});
