import { expect, test } from 'vitest';
import { restAfter } from '../../src/stages/rest-after.ts';

test.each([
  [0, 'Pay it in the app.'],
  [200, 'Pay it in the app.'],
  [600, 'in the app.'],
  [1200, 'app.'],
  [1500, ''],
])('after %i ms of sound this is left to say: «%s»', (ms, rest) => {
  expect(restAfter('Pay it in the app.', ms)).toBe(rest);
});
