import { expect, test } from 'vitest';
import { PreparedAttempt } from '../../../src/stages/turn/prepared-attempt.ts';

test('the first sound of the answer that was prepared last says that it is ready', () => {
  const prepared = new PreparedAttempt();
  prepared.replace();
  expect(prepared.mark('asked', 1)).toBe(false);
  expect(prepared.mark('first-token', 1)).toBe(false);
  expect(prepared.mark('first-byte', 1)).toBe(true);
});

test('that of an answer that was replaced does not, before its successor is asked for or after', () => {
  const prepared = new PreparedAttempt();
  prepared.replace();
  prepared.mark('asked', 1);
  prepared.replace();
  expect(prepared.mark('first-byte', 1)).toBe(false);
  prepared.mark('asked', 2);
  expect(prepared.mark('first-byte', 1)).toBe(false);
  expect(prepared.mark('first-byte', 2)).toBe(true);
});
