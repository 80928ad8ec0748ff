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
  const mask = Buffer.concat([Buffer.from([0x21, 0x12, 0xa4, 0x42]), message.transactionId]);
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
