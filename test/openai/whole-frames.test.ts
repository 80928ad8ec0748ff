import { expect, test } from 'vitest';
import { WholeFrames } from '../../src/openai/whole-frames.ts';

const counted = Int16Array.from({ length: 100 }, (_, at) => at);

test.each([1, 3, 8, 20, 100])(
  'pieces of %i samples make the same frames, in order, and nothing is lost',
  (size) => {
    const frames: Int16Array[] = [];
    const cutter = new WholeFrames(8, (frame) => frames.push(frame));
    for (let at = 0; at < counted.length; at += size) cutter.push(counted.subarray(at, at + size));
    expect(frames.map(({ length }) => length)).toEqual(new Array(12).fill(8));
    expect([...frames, cutter.takeRest()].flatMap((frame) => [...frame])).toEqual([...counted]);
  },
);

test('what was taken is not part of the next frame', () => {
  const frames: number[][] = [];
  const cutter = new WholeFrames(4, (frame) => frames.push([...frame]));
  cutter.push(Int16Array.of(1, 2, 3));
  expect([...cutter.takeRest()]).toEqual([1, 2, 3]);
  expect(cutter.takeRest()).toHaveLength(0);
  cutter.push(Int16Array.of(4, 5, 6, 7));
  expect(frames).toEqual([[4, 5, 6, 7]]);
});
