import { expect, test } from 'vitest';
import {
  BLOCK_SAMPLES,
  type Match,
  match,
  near,
  PLAYED_SAMPLES,
} from '../../../../src/stages/turn/echo/match.ts';
import { PER_MS } from '../../../../src/stages/turn/echo/signal.ts';
import { noise } from '../../../helpers/echo-room.ts';

const random = noise(3);
const played = Float32Array.from({ length: PLAYED_SAMPLES }, random);

/** What was played so long before the block. */
const playedBefore = (lagSamples: number) =>
  played.subarray(PLAYED_SAMPLES - BLOCK_SAMPLES - lagSamples, PLAYED_SAMPLES - lagSamples);

function matched(...sounds: Parameters<typeof match>): Match {
  const found = match(...sounds);
  if (!found) throw new Error('nothing was played');
  return found;
}

test.each([0, 1, 250, 1499])(
  'a block that was played %d ms before is found there and nowhere else',
  (lagMs) => {
    const heard = playedBefore(lagMs * PER_MS + 2).map((sample) => sample / 4);
    const { likeness, played: powers } = matched(heard, played);
    expect(likeness.indexOf(Math.max(...likeness))).toBe(lagMs);
    expect(likeness[lagMs]).toBeCloseTo(1);
    expect(powers[lagMs]).toBeCloseTo(
      16 * (heard.reduce((sum, sample) => sum + sample ** 2, 0) / BLOCK_SAMPLES),
    );
    expect(likeness.filter((alike) => alike > 0.5)).toHaveLength(1);
  },
);

test('the same comes of comparing sample by sample', () => {
  const heard = Float32Array.from(playedBefore(4000), (sample) => sample + 2 * random());
  const { likeness } = matched(heard, played);
  for (const lagMs of [0, 777, 999, 1000, 1499]) {
    const around = played.subarray(
      PLAYED_SAMPLES - BLOCK_SAMPLES - lagMs * PER_MS - PER_MS + 1,
      PLAYED_SAMPLES - lagMs * PER_MS,
    );
    expect(likeness[lagMs]).toBeCloseTo(near(heard, around).likeness);
  }
});

test('silence is like nothing', () => {
  const silence = new Float32Array(BLOCK_SAMPLES);
  expect(Math.max(...matched(silence, played).likeness)).toBe(0);
  expect(match(playedBefore(0), new Float32Array(PLAYED_SAMPLES))).toBeUndefined();
  expect(near(silence, silence)).toEqual({ likeness: 0, played: 0 });
});
