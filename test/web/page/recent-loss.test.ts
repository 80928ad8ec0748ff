import { expect, test } from 'vitest';
import { pageModule } from '../../helpers/page-module.ts';

interface Counts {
  lost: number;
  arrived: number;
}
const { RecentLoss } = await pageModule<{
  RecentLoss: new (samples: number) => { percentAt(counts: Counts | undefined): number | undefined };
}>('recent-loss.js');

/** What is said after each of these counts, looking back over two of them. */
function told(...counts: [lost: number, arrived: number][]) {
  const recent = new RecentLoss(2);
  return counts.map(([lost, arrived]) => recent.percentAt({ lost, arrived }));
}

test('loss is that of the last samples: what was lost before is forgotten', () => {
  expect(told([50, 50], [50, 150], [50, 250], [60, 340])).toEqual([50, 0, 0, 5]);
});

test('a network that goes bad late in a long call shows at once', () => {
  expect(told([0, 100_000], [0, 100_100], [50, 100_150]).at(-1)).toBe(25);
});

test('a new connection counts from its own beginning', () => {
  expect(told([10, 990], [10, 1000], [0, 100]).at(-1)).toBe(0);
});

test('before anything arrived nothing is claimed', () => {
  expect(told([0, 0])).toEqual([undefined]);
  expect(new RecentLoss(2).percentAt(undefined)).toBeUndefined();
});
