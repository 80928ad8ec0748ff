import { expect, test } from 'vitest';
import { alike } from './ears.ts';

test.each([
  ['When does the shop open?', 'when does the shop open', 1],
  ['The shop opens at 9.', 'the shop opens at nine', 8 / 9],
  ['Yes yes', 'yes', 2 / 3],
  ['', '', 1],
  ['one', '', 0],
])('«%s» and «%s» are alike by %d', (one, other, score) => {
  expect(alike(one, other)).toBeCloseTo(score);
});
