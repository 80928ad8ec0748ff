/** A TURN client in a client's network: does what relay.ts asks it. RFC 8656. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorOf, REQUEST_UDP_RELAY, textAttribute, textOf } from '../../../src/stun/attributes.ts';
import { openConnection } from '../../../src/stun/connection.ts';
import { longTermKey } from '../../../src/stun/credentials.ts';
import { exchange } from '../../../src/stun/exchange.ts';
import {
  ATTRIBUTE,
  type Attribute,
  CLASS,
  decode,
  encode,
  METHOD,
  TRANSACTION_ID_BYTES,
} from '../../../src/stun/message.ts';
import type { RelayOptions } from './relay.ts';
import { serveRemote } from './serve-remote.ts';

const MORE_METHODS = { createPermission: 0x008, send: 0x006, data: 0x007 };
const INDICATION = 0x010;
const MORE_ATTRIBUTES = { peerAddress: 0x0012, data: 0x0013 };
const REQUEST_TCP_RELAY: Attribute = [ATTRIBUTE.requestedTransport, Buffer.from([6, 0, 0, 0])];
const DEADLINE_MS = 5000;
/** Some depend on the transaction that they are part of. */
type AttributesFor = (transactionId: Buffer) => readonly Attribute[];

const ECHOES = { tries: 5, everyMs: 300 };

await serveRemote(async ({ door, credentials }: RelayOptions) => {
  const connection = await openConnection(door, AbortSignal.timeout(DEADLINE_MS));
  let proof: Attribute[] = [];
  let key: Buffer | undefined;
  const message = (method: number, kind: number, attributes: AttributesFor) => {
    const transactionId = randomBytes(TRANSACTION_ID_BYTES);
    return { method, class: kind, attributes: attributes(transactionId), transactionId };
  };
  const request = (method: number, attributes: AttributesFor) =>
    exchange(
      connection,
      message(method, 0, (id) => [...attributes(id), ...proof]),
      {
        key,
        signal: AbortSignal.timeout(DEADLINE_MS),
        after(ms, run) {
          const timer = setTimeout(run, ms);
          return () => clearTimeout(timer);
        },
      },
    );
  /** What the server says to it. STUNner refuses a peer without a code. */
  const verdict = async (method: number, attributes: AttributesFor = () => []) => {
    const answer = await request(method, attributes);
    return answer.class === CLASS.success ? 'allowed' : `refused ${errorOf(answer)?.code ?? ''}`.trim();
  };

  const challenge = await request(METHOD.allocate, () => [REQUEST_UDP_RELAY]);
  const [realm = '', nonce = ''] = [ATTRIBUTE.realm, ATTRIBUTE.nonce].map((type) => textOf(challenge, type));
  key = longTermKey(credentials, realm);
  proof = [
    textAttribute(ATTRIBUTE.username, credentials.username),
    textAttribute(ATTRIBUTE.realm, realm),
    textAttribute(ATTRIBUTE.nonce, nonce),
  ];

  return {
    allocate: () => verdict(METHOD.allocate, () => [REQUEST_UDP_RELAY]),
    allocateTcp: () => verdict(METHOD.allocate, () => [REQUEST_TCP_RELAY]),
    refresh: () => verdict(METHOD.refresh),
    permit: (peer: string) => verdict(MORE_METHODS.createPermission, (id) => [peerAddress(peer, 0, id)]),
    /** Whether a UDP echo behind the relay is heard. */
    async echo(peer: string, port: number) {
      const text = randomBytes(8).toString('hex');
      let heard = false;
      connection.listen({
        failed: () => {},
        message(bytes) {
          const { method, attributes } = decode(bytes);
          const data = attributes.find(([type]) => type === MORE_ATTRIBUTES.data)?.[1];
          heard ||= method === MORE_METHODS.data && data?.toString() === text;
        },
      });
      const data: Attribute = [MORE_ATTRIBUTES.data, Buffer.from(text)];
      for (let tried = 0; tried < ECHOES.tries && !heard; tried += 1) {
        connection.send(
          encode(message(MORE_METHODS.send, INDICATION, (id) => [peerAddress(peer, port, id), data])),
        );
        await sleep(ECHOES.everyMs);
      }
      return heard;
    },
  };
});

/** XOR-PEER-ADDRESS, RFC 8656 §18.3; an IPv6 address is mixed with the transaction's id too. */
function peerAddress(address: string, port: number, transactionId: Buffer): Attribute {
  const bytes = bytesOfAddress(address);
  const mask = Buffer.concat([Buffer.from([0x21, 0x12, 0xa4, 0x42]), transactionId]);
  const head = Buffer.from([0, bytes.length === 4 ? 1 : 2, 0, 0]);
  head.writeUInt16BE(port ^ 0x2112, 2);
  return [MORE_ATTRIBUTES.peerAddress, Buffer.concat([head, bytes.map((byte, i) => byte ^ (mask[i] ?? 0))])];
}

/** `10.0.0.1`, `::1`, `::ffff:10.0.0.1`. */
function bytesOfAddress(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  // The URL parser writes it in groups.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [before = '', after = ''] = groups
    .split('::')
    .map((part) => part.split(':').filter(Boolean).map(hex).join(''));
  return Buffer.from(before + after.padStart(32 - before.length, '0'), 'hex');
}

const hex = (group: string) => group.padStart(4, '0');
