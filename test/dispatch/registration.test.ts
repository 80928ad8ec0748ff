import { expect, test } from 'vitest';
import { createRegistration } from '../../src/dispatch/registration.ts';

test('a worker counts as registered from the first sign of life until three in a row are missed', () => {
  let now = 0;
  const registration = createRegistration(() => now);
  expect(registration.isFresh()).toBe(false);
  registration.seen();
  now = 6000;
  expect(registration.isFresh()).toBe(true);
  now = 8000;
  expect(registration.isFresh()).toBe(false);
  registration.seen();
  expect(registration.isFresh()).toBe(true);
});
