import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { TurnError } from '../errors.ts';
import { addressOf, xorAddressOf } from './attributes.ts';
import {
  ATTRIBUTE,
  type Attribute,
  CLASS,
  decode,
  encode,
  HEADER_BYTES,
  METHOD,
  TRANSACTION_ID_BYTES,
} from './message.ts';

/** An IPv4 address and port, such as `10.0.0.4:3478`. */
type Address = string;

export interface BindingAsk {
  /** How long the request is, in bytes of UDP payload; default as short as it is. */
  bytes?: number;
  /** Has the server answer from its other address or port, RFC 5780. */
  change?: { address?: boolean; port?: boolean };
  /** When to send it again, in ms after the first; none by default. */
  againMs?: readonly number[];
  withinMs: number;
}

export interface BindingAnswer {
  /** Where the server saw us. */
  mapped: Address;
  /** Where the server listens too, if it says so. */
  other: Address | undefined;
  ms: number;
}

/** One UDP socket, and so one mapping of a NAT, that asks servers where they see it. */
export interface BindingSocket {
  readonly localPort: number;
  /** `undefined` when no answer came in time. */
  ask(server: Address, ask: BindingAsk): Promise<BindingAnswer | undefined>;
  close(): void;
}

/** Over IPv4. @param localAddress - default: any. */
export async function openBindingSocket(localAddress?: string): Promise<BindingSocket> {
  const socket = createSocket('udp4');
  const waiting = new Map<string, (bytes: Buffer) => void>();
  socket.on('error', () => {});
  socket.on('message', (bytes) => {
    if (bytes.length >= HEADER_BYTES) waiting.get(bytes.subarray(8, HEADER_BYTES).toString('hex'))?.(bytes);
  });
  await new Promise<void>((resolve) => socket.bind(0, localAddress, resolve));
  return {
    localPort: socket.address().port,
    close: () => socket.close(),
    ask(server, { bytes: length = 0, change, againMs = [], withinMs }) {
      const transactionId = randomBytes(TRANSACTION_ID_BYTES);
      const attributes = change === undefined ? [] : [changeRequest(change)];
      const request = bindingRequest({ transactionId, attributes, length });
      const [host, port] = server.split(':');
      const id = transactionId.toString('hex');
      const startedMs = performance.now();
      return new Promise((resolve) => {
        const send = () => socket.send(request, Number(port), host, () => {});
        const timers = [
          ...againMs.map((ms) => setTimeout(send, ms)),
          setTimeout(() => end(undefined), withinMs),
        ];
        const end = (answer: BindingAnswer | undefined) => {
          timers.forEach(clearTimeout);
          waiting.delete(id);
          resolve(answer);
        };
        waiting.set(id, (answer) => end(readAnswer(answer, performance.now() - startedMs)));
        send();
      });
    },
  };
}

export interface BindingRequest {
  transactionId: Buffer;
  attributes: readonly Attribute[];
  /** Bytes in all; shorter requests are filled up. */
  length: number;
  key?: Buffer;
}

const ATTRIBUTE_HEADER_BYTES = 4;

/** A Binding request as bytes, filled up to a length (a multiple of 4). */
export function bindingRequest({ transactionId, attributes, length, key }: BindingRequest): Buffer {
  const request = { method: METHOD.binding, class: CLASS.request, transactionId };
  const missing = length - encode({ ...request, attributes }, key).length - ATTRIBUTE_HEADER_BYTES;
  const filling: Attribute[] =
    missing > 0 ? [[ATTRIBUTE.filling, Buffer.alloc(missing - (missing % 4))]] : [];
  return encode({ ...request, attributes: [...filling, ...attributes] }, key);
}

/** RFC 5780 §7.2. */
function changeRequest({ address = false, port = false }: NonNullable<BindingAsk['change']>): Attribute {
  return [ATTRIBUTE.changeRequest, Buffer.from([0, 0, 0, (address ? 4 : 0) | (port ? 2 : 0)])];
}

function readAnswer(bytes: Buffer, ms: number): BindingAnswer | undefined {
  try {
    const answer = decode(bytes);
    const mapped = xorAddressOf(answer, ATTRIBUTE.mappedAddress);
    if (answer.class !== CLASS.success || mapped === undefined) return undefined;
    return { mapped, other: addressOf(answer, ATTRIBUTE.otherAddress), ms };
  } catch (error) {
    if (error instanceof TurnError) return undefined;
    throw error;
  }
}
