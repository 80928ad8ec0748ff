import { expect, test } from 'vitest';
import { loadSetup, NO_PHONES } from '../../../src/phone/load-setup.ts';
import { allowedOver, refusalOf } from '../../../src/phone/outbound/dial-rules.ts';
import { readSetup } from '../../../src/phone/read-setup.ts';
import { configFrom } from '../../helpers/config.ts';

const setup = readSetup(
  'phone.yaml',
  `outbound:
  main: { address: a.test, numbers: ["+60312340000"], allowedPrefixes: ["+603", "+1", "+6", "9", "1", "+60600"] }
  second: { address: b.test, numbers: ["+60312340001"], allowedPrefixes: ["10"] }
  third: { address: c.test, numbers: ["+60312340002"] }`,
);
const check = (number: string, trunk?: string) => refusalOf(number, allowedOver(setup, trunk));

test('with nothing allowed, nobody is called', async () => {
  expect(refusalOf('+60312345678', allowedOver(NO_PHONES))).toBe('not-allowed');
  expect(await loadSetup(configFrom().phone.setup)).toBe(NO_PHONES);
  expect(check('+60312345678', 'third')).toBe('not-allowed');
  expect(check('+60312345678', 'a trunk that there is not')).toBe('not-allowed');
});

test('a prefix is allowed on its trunk alone; where none is named, on any', () => {
  expect(check('+60312345678', 'main')).toBeUndefined();
  expect(check('+60312345678', 'second')).toBe('not-allowed');
  expect(check('1001', 'second'), 'an extension').toBeUndefined();
  expect(check('+60312345678')).toBeUndefined();
});

test.each([
  ['999', 'emergency'],
  ['112', 'emergency'],
  ['+60999', 'emergency'],
  ['+1911', 'emergency'],
  ['+60600123456', 'premium'],
  ['1600123456', 'premium'],
  ['+19001234567', 'premium'],
  ['', 'no-number'],
  ['+603-1234', 'no-number'],
  ['sip:x@evil', 'no-number'],
  [`+${'1'.repeat(40)}`, 'no-number'],
])('%s is refused whatever is allowed: %s', (number, refusal) => {
  expect(check(number, 'main')).toBe(refusal);
});
