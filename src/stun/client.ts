import { randomBytes } from 'node:crypto';
import { TurnError } from '../errors.ts';
import { bytesOf, numberAttribute, peerAttribute, REQUEST_UDP_RELAY, xorAddressOf } from './attributes.ts';
import { type Connect, type Connection, type Door, openConnection } from './connection.ts';
import type { Credentials } from './credentials.ts';
import type { After } from './exchange.ts';
import { ATTRIBUTE, CLASS, decode, encode, METHOD, TRANSACTION_ID_BYTES } from './message.ts';
import { createSession, garbled } from './session.ts';

export interface TurnOptions {
  /** Ends the whole attempt. */
  signal: AbortSignal;
  connect?: Connect;
  random?: (size: number) => Buffer;
  after?: After;
}

export interface Allocated {
  /** Where the relay meets the other side, such as `10.0.3.7:50123`. */
  relayed: string;
  /** Whether the server asked for no credentials. */
  isOpenToAll: boolean;
}

/** A relayed UDP address, for as long as it is used. */
export interface Allocation extends Allocated {
  /** Asks that packets of an IPv4 address be let through. @throws TurnError when the server gives no permission. */
  permit(host: string): Promise<void>;
  /** Has the relay send a packet to `10.0.0.7:50000`; without permission it is dropped. */
  send(peer: string, bytes: Buffer): void;
  /** Hears of each packet that came to the relayed address from one that is permitted; replaces the listener before. */
  listen(heard: (bytes: Buffer, peer: string) => void): void;
  /** Asks for ten minutes more, as calls do again and again. @throws TurnError when the server does not give them. */
  prolong(): Promise<void>;
  /** Gives it back. @throws TurnError when the server does not let it. */
  release(): Promise<void>;
}

const ALLOCATION_MISMATCH = 437;
/** Three times sent. */
const RELEASED_WITHIN_MS = 2000;

/**
 * Takes an allocation (RFC 8656).
 *
 * @throws TurnError that says what went wrong, without naming the server.
 */
export async function allocate(
  door: Door,
  credentials: Credentials,
  { signal, connect = openConnection, random = randomBytes, after = systemAfter }: TurnOptions,
): Promise<Allocation> {
  const plain = await connect(door, signal);
  let heard: (bytes: Buffer, peer: string) => void = () => {};
  const connection = withoutPackets(plain, (bytes, peer) => heard(bytes, peer));
  try {
    const session = createSession(connection, credentials, { signal, random, after });
    const answer = await session.request(METHOD.allocate, [REQUEST_UDP_RELAY]);
    const relayed = xorAddressOf(answer, ATTRIBUTE.relayedAddress);
    if (!relayed) throw garbled('the allocation has no address');
    return {
      relayed,
      isOpenToAll: !session.wasChallenged(),
      async permit(host) {
        await session.request(METHOD.createPermission, [peerAttribute(`${host}:0`)]);
      },
      send(peer, bytes) {
        const transactionId = random(TRANSACTION_ID_BYTES);
        const attributes = [peerAttribute(peer), [ATTRIBUTE.data, bytes] as const];
        connection.send(encode({ method: METHOD.send, class: CLASS.indication, transactionId, attributes }));
      },
      listen(listener) {
        heard = listener;
      },
      async prolong() {
        await session.request(METHOD.refresh, []);
      },
      async release() {
        const late = new AbortController();
        const cancel = after(RELEASED_WITHIN_MS, () => late.abort());
        const until = AbortSignal.any([signal, late.signal]);
        try {
          await session.request(METHOD.refresh, [numberAttribute(ATTRIBUTE.lifetime, 0)], until);
        } catch (error) {
          if (!(error instanceof TurnError && isGone(error))) throw error;
        } finally {
          cancel();
          plain.close();
        }
      },
    };
  } catch (error) {
    plain.close();
    throw error;
  }
}

/**
 * Released already, by a request whose answer was lost: RFC 8656 §7.3 answers the next with 437, Pion, and so STUNner, with nothing.
 */
const isGone = ({ code, failure }: TurnError) => code === ALLOCATION_MISMATCH || failure === 'timeout';

/**
 * Takes an allocation, prolongs it and gives it back. A server that does not prolong it ends calls after some minutes: a failure
 * too.
 *
 * @throws TurnError that says what went wrong, without naming the server.
 */
export async function tryAllocation(
  door: Door,
  credentials: Credentials,
  options: TurnOptions,
): Promise<Allocated> {
  const allocation = await allocate(door, credentials, options);
  try {
    await allocation.prolong();
  } finally {
    await allocation.release();
  }
  const { relayed, isOpenToAll } = allocation;
  return { relayed, isOpenToAll };
}

/** The connection without the relayed packets (Data indications), which come whenever they like. */
function withoutPackets(plain: Connection, heard: (bytes: Buffer, peer: string) => void): Connection {
  return {
    isReliable: plain.isReliable,
    send: (bytes) => plain.send(bytes),
    close: () => plain.close(),
    listen({ message, failed }) {
      plain.listen({
        failed,
        message(bytes) {
          if (!isPacket(bytes)) return message(bytes);
          const indication = decode(bytes);
          const data = bytesOf(indication, ATTRIBUTE.data);
          const peer = xorAddressOf(indication, ATTRIBUTE.peerAddress);
          if (data && peer) heard(data, peer);
        },
      });
    },
  };
}

const isPacket = (bytes: Buffer) =>
  bytes.length > 2 && bytes.readUInt16BE() === (METHOD.data | CLASS.indication);

const systemAfter: After = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};
