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
const DEADLINE_MS = 5000;
const ECHOES = { tries: 5, everyMs: 300 };

await serveRemote(async ({ door, credentials }: RelayOptions) => {
  const connection = await openConnection(door, AbortSignal.timeout(DEADLINE_MS));
  let proof: Attribute[] = [];
  let key: Buffer | undefined;
  const message = (method: number, kind: number, attributes: readonly Attribute[]) => ({
    ...{ method, class: kind, attributes },
    transactionId: randomBytes(TRANSACTION_ID_BYTES),
  });
  const request = (method: number, attributes: readonly Attribute[]) =>
    exchange(connection, message(method, 0, [...attributes, ...proof]), {
      key,
      signal: AbortSignal.timeout(DEADLINE_MS),
      after(ms, run) {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    });
  /** What the server says to it. STUNner refuses a peer without a code. */
  const verdict = async (method: number, attributes: readonly Attribute[] = []) => {
    const answer = await request(method, attributes);
    return answer.class === CLASS.success ? 'allowed' : `refused ${errorOf(answer)?.code ?? ''}`.trim();
  };

  const challenge = await request(METHOD.allocate, [REQUEST_UDP_RELAY]);
  const [realm = '', nonce = ''] = [ATTRIBUTE.realm, ATTRIBUTE.nonce].map((type) => textOf(challenge, type));
  key = longTermKey(credentials, realm);
  proof = [
    textAttribute(ATTRIBUTE.username, credentials.username),
    textAttribute(ATTRIBUTE.realm, realm),
    textAttribute(ATTRIBUTE.nonce, nonce),
  ];

  return {
    allocate: () => verdict(METHOD.allocate, [REQUEST_UDP_RELAY]),
    refresh: () => verdict(METHOD.refresh),
    permit: (peer: string) => verdict(MORE_METHODS.createPermission, [peerAddress(peer, 0)]),
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
        connection.send(encode(message(MORE_METHODS.send, INDICATION, [peerAddress(peer, port), data])));
        await sleep(ECHOES.everyMs);
      }
      return heard;
    },
  };
});

/** XOR-PEER-ADDRESS of an IPv4 address. */
function peerAddress(address: string, port: number): Attribute {
  const cookie = [0x21, 0x12, 0xa4, 0x42];
  const value = Buffer.from([
    0,
    1,
    0,
    0,
    ...address.split('.').map((part, i) => Number(part) ^ (cookie[i] ?? 0)),
  ]);
  value.writeUInt16BE(port ^ 0x2112, 2);
  return [MORE_ATTRIBUTES.peerAddress, value];
}
