import { expect, test } from 'vitest';
import { spellings, toE164 } from '../../src/phone/numbers.ts';

const MALAYSIA = { country: '60', trunkPrefix: '0' };

test.each([
  ['+60312345678', '+60312345678'],
  ['+60 3-1234 5678', '+60312345678'],
  ['0060312345678', '+60312345678'],
  ['60312345678', '+60312345678'],
  ['03-1234 5678', '+60312345678'],
  ['(03) 1234.5678', '+60312345678'],
  ['anonymous', undefined],
  ['201', undefined],
  ['+6031234567890123', undefined],
  ['', undefined],
])('%j is %j in Malaysia', (written, e164) => {
  expect(toE164(written, MALAYSIA)).toBe(e164);
});

test('without a country only numbers with one are full', () => {
  const nowhere = { trunkPrefix: '0' };
  expect(toE164('+4930123456', nowhere)).toBe('+4930123456');
  expect(toE164('004930123456', nowhere)).toBe('+4930123456');
  expect(toE164('0312345678', nowhere)).toBeUndefined();
});

test('a number is spelled in every way that an exchange may write it', () => {
  expect(spellings('+60312345678', MALAYSIA)).toEqual([
    '+60312345678',
    '60312345678',
    '0060312345678',
    '0312345678',
  ]);
  expect(spellings('+4930123456', MALAYSIA)).toEqual(['+4930123456', '4930123456', '004930123456']);
  for (const written of spellings('+60312345678', MALAYSIA))
    expect(toE164(written, MALAYSIA)).toBe('+60312345678');
});
