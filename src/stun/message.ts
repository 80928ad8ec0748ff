import { createHmac, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { TurnError } from '../errors.ts';

/** STUN messages, RFC 8489 §5: a header of 20 bytes, then attributes padded to 4 bytes. */

const COOKIE = 0x2112a442;
export const HEADER_BYTES = 20;
export const TRANSACTION_ID_BYTES = 12;

/** RFC 8489 §18.2, RFC 8656 §17. */
export const METHOD = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  send: 0x006,
  data: 0x007,
  createPermission: 0x008,
} as const;

/** RFC 8489 §18.3, RFC 8656 §18; of NATs RFC 5780 §7, of ICE RFC 8445 §16.1. */
export const ATTRIBUTE = {
  changeRequest: 0x0003,
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  lifetime: 0x000d,
  peerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  relayedAddress: 0x0016,
  requestedTransport: 0x0019,
  mappedAddress: 0x0020,
  priority: 0x0024,
  iceControlled: 0x8029,
  otherAddress: 0x802c,
  /** Of no standard: one that servers have to pass over. Makes a message longer. */
  filling: 0xfffe,
  fingerprint: 0x8028,
} as const;

/** Both bits of the class, in their places within the message's type. */
export const CLASS = { request: 0x000, indication: 0x010, success: 0x100, error: 0x110 } as const;
const CLASS_MASK = 0x110;

export type Attribute = readonly [type: number, value: Buffer];

export interface Message {
  method: number;
  /** One of `CLASS`. */
  class: number;
  transactionId: Buffer;
  attributes: readonly Attribute[];
}

const INTEGRITY_BYTES = 20;
const ATTRIBUTE_HEADER_BYTES = 4;
const FINGERPRINT_XOR = 0x5354554e;

/** As bytes, signed when there is a key (HMAC-SHA1), with a fingerprint. */
export function encode({ method, class: kind, transactionId, attributes }: Message, key?: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(method | kind, 0);
  header.writeUInt32BE(COOKIE, 4);
  transactionId.copy(header, 8);
  let bytes = Buffer.concat([header, ...attributes.map(encodeAttribute)]);
  if (key) bytes = Buffer.concat([bytes, encodeAttribute([ATTRIBUTE.integrity, integrityOf(bytes, key)])]);
  const fingerprint = Buffer.alloc(4);
  fingerprint.writeUInt32BE(fingerprintOf(bytes));
  bytes = Buffer.concat([bytes, encodeAttribute([ATTRIBUTE.fingerprint, fingerprint])]);
  bytes.writeUInt16BE(bytes.length - HEADER_BYTES, 2);
  return bytes;
}

function encodeAttribute([type, value]: Attribute): Buffer {
  const padded = Buffer.alloc(ATTRIBUTE_HEADER_BYTES + padded4(value.length));
  padded.writeUInt16BE(type, 0);
  padded.writeUInt16BE(value.length, 2);
  value.copy(padded, ATTRIBUTE_HEADER_BYTES);
  return padded;
}

const padded4 = (length: number) => (length + 3) & ~3;

/** What an attribute of `valueBytes` at the end of `bytes` is computed over: the length counts the attribute itself. */
function upTo(bytes: Buffer, valueBytes: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt16BE(bytes.length - HEADER_BYTES + ATTRIBUTE_HEADER_BYTES + valueBytes, 2);
  return copy;
}

const integrityOf = (before: Buffer, key: Buffer) =>
  createHmac('sha1', key).update(upTo(before, INTEGRITY_BYTES)).digest();

const fingerprintOf = (before: Buffer) => (crc32(upTo(before, 4)) ^ FINGERPRINT_XOR) >>> 0;

/**
 * How long the message is that begins here; `undefined` while too little of it is there to tell.
 *
 * @throws TurnError when it cannot be STUN.
 */
export function messageLength(bytes: Buffer): number | undefined {
  if (bytes.length < 8) return undefined;
  const bodyBytes = bytes.readUInt16BE(2);
  if (bytes.readUInt16BE(0) > 0x3fff || bytes.readUInt32BE(4) !== COOKIE || bodyBytes % 4 !== 0)
    throw garbled(`what answers is no TURN server: it sent ${quoted(bytes)}`);
  return HEADER_BYTES + bodyBytes;
}

/**
 * One whole message. What follows the integrity is left out, as the RFC says: anybody could have added it.
 *
 * @param key - when given, a signature must be by this key, and a success must have one. Errors may come without: who
 *   refuses a password cannot sign with it.
 * @throws TurnError that says what is wrong with it.
 */
export function decode(bytes: Buffer, key?: Buffer): Message {
  const length = messageLength(bytes);
  if (length === undefined) throw garbled(`the answer is cut off: ${quoted(bytes)}`);
  if (length !== bytes.length) throw garbled(`the answer has ${bytes.length} bytes instead of ${length}`);
  const type = bytes.readUInt16BE(0);
  const message = {
    method: type & ~CLASS_MASK,
    class: type & CLASS_MASK,
    transactionId: bytes.subarray(8, HEADER_BYTES),
    attributes: [] as Attribute[],
  };
  let isSigned = false;
  for (let at = HEADER_BYTES; at < length; ) {
    const attribute = attributeAt(bytes, at);
    const [attributeType, value] = attribute;
    if (attributeType === ATTRIBUTE.fingerprint) {
      if (value.length !== 4 || value.readUInt32BE() !== fingerprintOf(bytes.subarray(0, at)))
        throw garbled('the answer was changed on its way: its fingerprint is wrong');
    } else if (attributeType === ATTRIBUTE.integrity) {
      if (key && !isEqual(value, integrityOf(bytes.subarray(0, at), key)))
        throw garbled('the answer is not signed with our password');
      isSigned = true;
    } else if (!isSigned) message.attributes.push(attribute);
    at += ATTRIBUTE_HEADER_BYTES + padded4(value.length);
  }
  if (key && !isSigned && message.class === CLASS.success) throw garbled('the answer is not signed');
  return message;
}

function attributeAt(bytes: Buffer, at: number): Attribute {
  const length = bytes.readUInt16BE(at + 2);
  const start = at + ATTRIBUTE_HEADER_BYTES;
  if (start + length > bytes.length) throw garbled('an attribute of the answer is longer than the answer');
  return [bytes.readUInt16BE(at), bytes.subarray(start, start + length)];
}

const isEqual = (a: Buffer, b: Buffer) => a.length === b.length && timingSafeEqual(a, b);

const garbled = (problem: string) => new TurnError(problem, { failure: 'garbled' });

/** The beginning of what a server sent, as text where it is text. */
function quoted(bytes: Buffer): string {
  const start = bytes.subarray(0, 24).toString('latin1');
  return /^[\x20-\x7e\r\n\t]+$/.test(start)
    ? `«${start.replace(/\s+/g, ' ').trim()}»`
    : `0x${bytes.subarray(0, 12).toString('hex')}`;
}
