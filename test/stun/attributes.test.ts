import { expect, test } from 'vitest';
import { errorOf, numberAttribute, textAttribute, textOf, xorAddressOf } from '../../src/stun/attributes.ts';
import { ATTRIBUTE, CLASS, METHOD } from '../../src/stun/message.ts';

const message = (type: number, value: Buffer) => ({
  method: METHOD.allocate,
  class: CLASS.success,
  transactionId: Buffer.from('b7e7a701bc34d686fa87dfae', 'hex'),
  attributes: [[type, value]] as const,
});
const address = (hex: string) =>
  xorAddressOf(message(ATTRIBUTE.relayedAddress, Buffer.from(hex, 'hex')), ATTRIBUTE.relayedAddress);

test('the addresses of RFC 5769 are unmixed, IPv4 and IPv6', () => {
  expect(address('0001a147e112a643')).toBe('192.0.2.1:32853');
  expect(address('0002a1470113a9faa5d3f179bc25f4b5bed2b9d9')).toBe(
    '[2001:db8:1234:5678:11:2233:4455:6677]:32853',
  );
});

test('a cut-off or missing address is none', () => {
  expect(address('0001a147e112')).toBeUndefined();
  expect(address('0002a147e112a643')).toBeUndefined();
  expect(address('')).toBeUndefined();
  expect(xorAddressOf(message(ATTRIBUTE.nonce, Buffer.alloc(8)), ATTRIBUTE.relayedAddress)).toBeUndefined();
});

test('an error is its code and the server’s words', () => {
  const error = (bytes: Buffer) => errorOf(message(ATTRIBUTE.errorCode, bytes));
  expect(error(Buffer.from([0, 0, 4, 38, ...Buffer.from('Stale Nonce')]))).toEqual({
    code: 438,
    reason: 'Stale Nonce',
  });
  expect(error(Buffer.from([0, 0, 4]))).toBeUndefined();
});

test('texts and numbers are as the RFC writes them', () => {
  expect(textAttribute(ATTRIBUTE.realm, 'é')).toEqual([ATTRIBUTE.realm, Buffer.from([0xc3, 0xa9])]);
  expect(numberAttribute(ATTRIBUTE.lifetime, 600)).toEqual([ATTRIBUTE.lifetime, Buffer.from([0, 0, 2, 88])]);
  expect(textOf(message(ATTRIBUTE.realm, Buffer.from('a')), ATTRIBUTE.nonce)).toBeUndefined();
});
