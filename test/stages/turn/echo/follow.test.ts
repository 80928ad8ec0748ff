import { expect, test } from 'vitest';
import { follow, type Sounding } from '../../../../src/stages/turn/echo/follow.ts';
import { LONGEST_LAG_MS } from '../../../../src/stages/turn/echo/match.ts';
import { noise } from '../../../helpers/echo-room.ts';

/** A block that is so much alike to what was played at these lags. */
function block(alike: Record<number, number>, heard = 1): Sounding {
  const likeness = new Float32Array(LONGEST_LAG_MS).fill(0.2);
  for (const [lag, value] of Object.entries(alike)) likeness[Number(lag)] = value;
  return { heard, match: { likeness, played: new Float32Array(LONGEST_LAG_MS).fill(16) } };
}

test('an echo goes on where it was, though chance makes one block more alike elsewhere', () => {
  const blocks = [block({ 500: 0.8 }), block({ 500: 0.6, 90: 0.9 }), block({ 502: 0.8 })];
  expect(follow(blocks, {})).toEqual([500, 500, 502]);
});

test('a jitter buffer moves it for good', () => {
  const blocks = [...Array(3).fill(block({ 700: 0.8 })), ...Array(3).fill(block({ 490: 0.8 }))];
  expect(follow(blocks, {})).toEqual([700, 700, 700, 490, 490, 490]);
});

test('a silent block is passed', () => {
  expect(follow([block({ 300: 0.9 }), undefined, block({ 300: 0.9 })], {})).toEqual([300, 300, 300]);
});

test('an echo that is known is where it was, unless there is much more elsewhere', () => {
  const one = block({ 300: 0.5, 900: 0.7 });
  expect(follow([one], {})).toEqual([900]);
  expect(follow([one], { lagMs: 300 })).toEqual([300]);
  expect(follow([one, one, one], { lagMs: 300 })).toEqual([900, 900, 900]);
});

test('what is much louder or softer than a known echo is none', () => {
  for (const heard of [4, 0.1]) {
    const blocks = [block({ 900: 0.9 }, heard), block({ 300: 0.7 }, 1)];
    expect(follow(blocks, { gain: 1 / 16 }).at(-1)).toBe(300);
    expect(follow(blocks.slice(0, 1), { lagMs: 300, gain: 1 / 16 })).toEqual([300]);
  }
});

test('where nothing is heard, there is no echo to follow', () => {
  expect(follow([], {})).toEqual([]);
  expect(follow([undefined, undefined], { lagMs: 40 })).toEqual([40, 40]);
});

test('before the first block that may be an echo, and behind the last, the lag is theirs', () => {
  const other = { heard: 1 };
  const blocks = [other, undefined, block({ 300: 0.9 }), block({ 302: 0.9 }), other];
  expect(follow(blocks, {})).toEqual([300, 300, 300, 302, 302]);
});

test('each lag is reached from where that costs least, as by trying all', () => {
  const random = noise(5);
  const blocks = Array.from({ length: 12 }, () => {
    const { match, heard } = block({}, 1 + random() / 2);
    return { heard, match: match && { ...match, likeness: match.likeness.map(() => random() ** 4) } };
  });
  const costs = (way: readonly number[]) => {
    const mean = blocks.reduce((sum, { heard }) => sum + Math.sqrt(heard), 0) / blocks.length;
    return way.reduce((sum, lag, at) => {
      const far = Math.abs(lag - (way[at - 1] ?? lag));
      const price = far <= 3 ? 0.002 * far : far <= 20 ? 0.1 : 0.4;
      const { heard, match } = blocks[at] ?? { heard: 0 };
      return sum - price + (Math.sqrt(heard) / mean) * (match?.likeness[lag] ?? 0);
    }, 0);
  };
  const way = follow(blocks, {});
  const best = costs(way);
  for (const at of way.keys())
    for (let lag = 0; lag < LONGEST_LAG_MS; lag++)
      expect(costs(way.with(at, lag)), `block ${at} at ${lag} ms`).toBeLessThanOrEqual(best + 1e-4);
});
