import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const typeA = 1;
const headerBytes = 12;

export interface DnsRecorder {
  /** Every name that was asked for, lower case, sorted, once. */
  names(): string[];
  close(): void;
}

/** A name server on 127.0.0.1:53 that answers `known` names with their IPv4 address, all others with NXDOMAIN. */
export async function recordLookups(known: Record<string, string>): Promise<DnsRecorder> {
  const asked = new Set<string>();
  const socket = createSocket('udp4');
  socket.on('message', (query, { address, port }) => {
    const { name, type, end } = questionOf(query);
    asked.add(name);
    socket.send(answerTo(query.subarray(0, end), type, known[name]), port, address);
  });
  socket.bind(53, '127.0.0.1');
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

function answerTo(question: Buffer, type: number, address: string | undefined): Buffer {
  const header = Buffer.from(question.subarray(0, headerBytes));
  const found = address !== undefined && type === typeA;
  header.writeUInt16BE(address === undefined ? 0x8583 : 0x8580, 2); // answer, authoritative; NXDOMAIN or no error
  header.writeUInt16BE(found ? 1 : 0, 6);
  header.fill(0, 8); // drops EDNS options, which the question may carry
  const parts = [header, question.subarray(headerBytes)];
  // A pointer to the name in the question, type A, class IN, TTL 0, four bytes.
  if (found)
    parts.push(
      Buffer.from([0xc0, headerBytes, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
    );
  return Buffer.concat(parts);
}
