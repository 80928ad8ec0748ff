import { describe, expect, test } from 'vitest';
import { textOf, xorAddressOf } from '../../src/stun/attributes.ts';
import { longTermKey } from '../../src/stun/credentials.ts';
import { ATTRIBUTE, CLASS, decode, encode, METHOD, messageLength } from '../../src/stun/message.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s+/g, ''), 'hex');

/** RFC 5769 §2.4: a request with long-term authentication. */
const SIGNED_REQUEST = hex(`
  00010060 2112a442 78ad3433c6ad72c029da412e
  00060012 e3839ee38388e383aae38383e382afe382b90000
  0015001c 662f2f3439396b39353464364f4c33346f4c394653547679363473410014000b 6578616d706c652e6f726700
  00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666`);
const JAPANESE = { username: 'マトリックス', password: 'TheMatrIX' };

/** RFC 5769 §2.2: an answer with a fingerprint, signed with a short-term password. */
const ANSWER = hex(`
  0101003c 2112a442 b7e7a701bc34d686fa87dfae
  8022000b 7465737420766563746f7220
  00200008 0001a147e112a643
  00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7
  80280004 c07d4c96`);
const SHORT_TERM_KEY = Buffer.from('VOkJxbRl1RmTxUk/WvJxBt');
const MAPPED_ADDRESS = 0x0020;

const request = {
  method: METHOD.allocate,
  class: CLASS.request,
  transactionId: Buffer.from('012345678901'),
  attributes: [[ATTRIBUTE.username, Buffer.from('alice')]] as const,
};
const key = Buffer.from('key');

describe('the RFC’s test vectors', () => {
  test('a request with long-term authentication is read, and its signature holds', () => {
    const message = decode(SIGNED_REQUEST, longTermKey(JAPANESE, 'example.org'));
    expect(message).toMatchObject({ method: 1, class: CLASS.request });
    expect(textOf(message, ATTRIBUTE.username)).toBe(JAPANESE.username);
    expect(textOf(message, ATTRIBUTE.realm)).toBe('example.org');
  });

  test('the same request is written alike, but for the fingerprint that it lacks', () => {
    const secret = longTermKey(JAPANESE, 'example.org');
    const written = encode(decode(SIGNED_REQUEST), secret);
    expect(written.subarray(20, SIGNED_REQUEST.length)).toEqual(SIGNED_REQUEST.subarray(20));
  });

  test('an answer with signature, fingerprint and address is read', () => {
    const message = decode(ANSWER, SHORT_TERM_KEY);
    expect(message.class).toBe(CLASS.success);
    expect(xorAddressOf(message, MAPPED_ADDRESS)).toBe('192.0.2.1:32853');
  });
});

test('what is written can be read again', () => {
  const message = decode(encode(request, key), key);
  expect(message).toEqual({ ...request, attributes: [...request.attributes] });
});

describe('not believed', () => {
  const changed = (change: (bytes: Buffer) => void, from = ANSWER) => {
    const bytes = Buffer.from(from);
    change(bytes);
    return bytes;
  };

  test.each([
    ['an HTTP server', Buffer.from('HTTP/1.1 400 Bad Request\r\n'), /no TURN server: it sent «HTTP\/1.1 400/],
    ['noise', hex('ffffffff 00000000 00000000'), /no TURN server: it sent 0xffffffff/],
    ['too little to tell', ANSWER.subarray(0, 6), /cut off/],
    ['a part', ANSWER.subarray(0, 40), /40 bytes instead of 80/],
    [
      'an attribute that leads out of the message',
      changed((b) => b.writeUInt16BE(0xfff0, 22)),
      /longer than/,
    ],
    ['one changed byte', changed((b) => b.writeUInt8(0x55, 30)), /fingerprint is wrong/],
  ])('%s', (_, bytes, problem) => {
    expect(() => decode(bytes)).toThrow(problem);
    expect(() => decode(bytes)).toThrow(expect.objectContaining({ failure: 'garbled' }));
  });

  test('a signature by another password', () => {
    expect(() => decode(ANSWER, Buffer.from('other'))).toThrow(/not signed with our password/);
  });

  test('a success without signature, where one was to be; an error may lack it', () => {
    expect(() => decode(encode({ ...request, class: CLASS.success }), key)).toThrow('is not signed');
    expect(decode(encode({ ...request, class: CLASS.error }), key).class).toBe(CLASS.error);
  });

  test('attributes behind the signature', () => {
    const signed = encode(request, key);
    const withoutFingerprint = signed.subarray(0, -8);
    const forged = Buffer.concat([withoutFingerprint, hex('00140004'), Buffer.from('evil')]);
    forged.writeUInt16BE(forged.length - 20, 2);
    expect(textOf(decode(forged, key), ATTRIBUTE.realm)).toBeUndefined();
  });
});

test('the length of a message is told by its first 8 bytes', () => {
  expect(messageLength(ANSWER.subarray(0, 7))).toBeUndefined();
  expect(messageLength(ANSWER.subarray(0, 8))).toBe(ANSWER.length);
});
