import { isIPv4 } from 'node:net';
import { TurnError } from '../errors.ts';
import type { Attribute, Message } from './message.ts';
import { ATTRIBUTE } from './message.ts';

/** Values of the attributes that an allocation needs. */

export const textAttribute = (type: number, text: string): Attribute => [type, Buffer.from(text)];

export function numberAttribute(type: number, value: number): Attribute {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return [type, bytes];
}

/** REQUESTED-TRANSPORT of a relay that speaks UDP to the other side: LiveKit's media. RFC 8656 §18.7. */
export const REQUEST_UDP_RELAY: Attribute = [ATTRIBUTE.requestedTransport, Buffer.from([17, 0, 0, 0])];

/**
 * XOR-PEER-ADDRESS of an IPv4 address such as `10.0.0.7:50000`. RFC 8656 §18.3.
 *
 * @throws TurnError when it is none.
 */
export function peerAttribute(peer: string): Attribute {
  const [host = '', port = ''] = peer.split(':');
  if (!isIPv4(host)) throw new TurnError(`«${peer}» is no IPv4 address`, { failure: 'status' });
  const value = Buffer.alloc(8);
  value.writeUInt8(1, 1);
  value.writeUInt16BE(Number(port) ^ 0x2112, 2);
  for (const [index, byte] of host.split('.').entries())
    value.writeUInt8(Number(byte) ^ (COOKIE_BYTES[index] ?? 0), 4 + index);
  return [ATTRIBUTE.peerAddress, value];
}

const COOKIE_BYTES = [0x21, 0x12, 0xa4, 0x42];

export function bytesOf({ attributes }: Message, type: number): Buffer | undefined {
  return attributes.find(([found]) => found === type)?.[1];
}

export const textOf = (message: Message, type: number): string | undefined =>
  bytesOf(message, type)?.toString();

/** ERROR-CODE, RFC 8489 §14.8: hundreds and the rest in a byte each, then the server's words. */
export function errorOf(message: Message): { code: number; reason: string } | undefined {
  const value = bytesOf(message, ATTRIBUTE.errorCode);
  const [, , hundreds, rest] = value ?? [];
  if (value === undefined || hundreds === undefined || rest === undefined) return undefined;
  return { code: (hundreds & 7) * 100 + rest, reason: value.subarray(4).toString() };
}

/**
 * An address that is mixed with the message's header, so that no NAT on the way rewrites it. RFC 8489 §14.2.
 *
 * @returns such as `10.0.3.7:50123` or `[2001:db8::1]:50123`; `undefined` when it is missing or cut off.
 */
export function xorAddressOf(message: Message, type: number): string | undefined {
  const value = bytesOf(message, type);
  const isV6 = value?.[1] === 2;
  if (value?.length !== (isV6 ? 20 : 8)) return undefined;
  const mask = Buffer.concat([Buffer.from(COOKIE_BYTES), message.transactionId]);
  const bytes = value.subarray(4).map((byte, index) => byte ^ (mask[index] ?? 0));
  const port = value.readUInt16BE(2) ^ 0x2112;
  if (!isV6) return `${bytes.join('.')}:${port}`;
  const groups = Array.from({ length: 8 }, (_, index) =>
    Buffer.from(bytes)
      .readUInt16BE(index * 2)
      .toString(16),
  );
  // The URL parser shortens it, as people write it.
  return `${new URL(`http://[${groups.join(':')}]`).hostname}:${port}`;
}

/** OTHER-ADDRESS of RFC 5780, plain: an IPv4 address and port, or `undefined`. */
export function addressOf(message: Message, type: number): string | undefined {
  const value = bytesOf(message, type);
  if (value?.length !== 8 || value[1] !== 1) return undefined;
  return `${value.subarray(4).join('.')}:${value.readUInt16BE(2)}`;
}
