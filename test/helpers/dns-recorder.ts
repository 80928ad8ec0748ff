import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const typeA = 1;
const headerBytes = 12;

export interface DnsRecorder {
  /** Every name that was asked for, lower case, sorted, once. */
  names(): string[];
  close(): void;
}

/**
 * A name server on port 53 of an address.
 *
 * @param resolve - IPv4 addresses of a name, lower case; none means that it exists without one, `undefined` NXDOMAIN.
 */
export async function recordLookups(
  resolve: (name: string) => readonly string[] | undefined,
  on = '127.0.0.1',
): Promise<DnsRecorder> {
  const asked = new Set<string>();
  const socket = createSocket('udp4');
  socket.on('message', (query, { address, port }) => {
    const { name, type, end } = questionOf(query);
    asked.add(name);
    socket.send(answerTo(query.subarray(0, end), type, resolve(name)), port, address);
  });
  socket.bind(53, on);
  await once(socket, 'listening');
  return { names: () => [...asked].sort(), close: () => socket.close() };
}

/** RFC 1035 §4.1.2: labels, each after its length, up to an empty one; then type and class. */
function questionOf(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = headerBytes;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function answerTo(question: Buffer, type: number, addresses: readonly string[] | undefined): Buffer {
  const header = Buffer.from(question.subarray(0, headerBytes));
  const found = type === typeA ? (addresses ?? []) : [];
  header.writeUInt16BE(addresses === undefined ? 0x8583 : 0x8580, 2); // answer, authoritative; NXDOMAIN or no error
  header.writeUInt16BE(found.length, 6);
  header.fill(0, 8); // drops EDNS options, which the question may carry
  // A pointer to the name in the question, type A, class IN, TTL 0, four bytes.
  const records = found.map((address) =>
    Buffer.from([0xc0, headerBytes, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([header, question.subarray(headerBytes), ...records]);
}
