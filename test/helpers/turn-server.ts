import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TurnError } from '../../src/errors.ts';
import { numberAttribute, textAttribute, textOf } from '../../src/stun/attributes.ts';
import type { Connection, Listener } from '../../src/stun/connection.ts';
import { type Credentials, longTermKey } from '../../src/stun/credentials.ts';
import { ATTRIBUTE, type Attribute, CLASS, decode, encode, type Message } from '../../src/stun/message.ts';

/** What a server sends for one request: any number of messages, or of anything else. */
export type Answer = (request: Buffer) => readonly Buffer[];

const REALM = 'test';

/** A message to the transaction of a request. */
export function reply(
  request: Message,
  kind: 'success' | 'error',
  attributes: readonly Attribute[],
  key?: Buffer,
): Buffer {
  return encode({ ...request, class: CLASS[kind], attributes }, key);
}

export const errorCode = (code: number, reason = ''): Attribute => [
  ATTRIBUTE.errorCode,
  Buffer.concat([Buffer.from([0, 0, Math.floor(code / 100), code % 100]), Buffer.from(reason)]),
];

export const challenge = (request: Message, code = 401, nonce = 'nonce'): Buffer =>
  reply(request, 'error', [
    errorCode(code),
    textAttribute(ATTRIBUTE.realm, REALM),
    textAttribute(ATTRIBUTE.nonce, nonce),
  ]);

/** XOR-RELAYED-ADDRESS 127.0.0.1:50000. */
export const RELAYED: Attribute = [
  ATTRIBUTE.relayedAddress,
  Buffer.from([0, 1, 0xc3 ^ 0x21, 0x50 ^ 0x12, 0x7f ^ 0x21, 0x00 ^ 0x12, 0x00 ^ 0xa4, 0x01 ^ 0x42]),
];

export interface Script {
  /** Known users; default `me` with `right`. */
  passwordOf?: (username: string) => string | undefined;
  /** Says what a signed request of the method gets; `undefined` is the success that the RFC wants. */
  signed?: (request: Message, key: Buffer) => readonly Buffer[] | undefined;
}

/** A TURN server by the book: challenge, allocation, release. */
export function turnAnswers({ passwordOf = knowsMe, signed = () => undefined }: Script = {}): Answer {
  return (bytes) => {
    const request = decode(bytes);
    const username = textOf(request, ATTRIBUTE.username);
    const password = username === undefined ? undefined : passwordOf(username);
    if (username === undefined || password === undefined) return [challenge(request)];
    const key = longTermKey({ username, password }, REALM);
    try {
      decode(bytes, key);
    } catch {
      return [challenge(request)];
    }
    const attributes = [RELAYED, numberAttribute(ATTRIBUTE.lifetime, 600)];
    return signed(request, key) ?? [reply(request, 'success', attributes, key)];
  };
}

export const ME: Credentials = { username: 'me', password: 'right' };
const knowsMe = (username: string) => (username === ME.username ? ME.password : undefined);

export interface TurnServer {
  udpPort: number;
  tcpPort: number;
  close(): Promise<void>;
}

/** Answers on loopback over UDP and TCP. A TCP client's request comes in one piece, as small ones do. */
export async function turnServer(answer: Answer): Promise<TurnServer> {
  const udp = createSocket('udp4');
  udp.on('message', (bytes, { port, address }) => {
    for (const one of answer(bytes)) udp.send(one, port, address);
  });
  udp.bind(0, '127.0.0.1');
  await once(udp, 'listening');
  const sockets = new Set<Socket>();
  const tcp = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      for (const one of answer(bytes)) socket.write(one);
    });
  });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  return {
    udpPort: udp.address().port,
    tcpPort: (tcp.address() as AddressInfo).port,
    async close() {
      udp.close();
      for (const socket of sockets) socket.destroy();
      tcp.close();
      await once(tcp, 'close');
    },
  };
}

/** A connection without sockets, to what answers; `deliver` and `fail` are for what comes unasked. */
export function scriptedConnection(answer: Answer, isReliable = true) {
  const sent: Buffer[] = [];
  let listener: Listener | undefined;
  const connection: Connection = {
    isReliable,
    send(bytes) {
      sent.push(bytes);
      for (const one of answer(bytes)) queueMicrotask(() => listener?.message(one));
    },
    listen(next) {
      listener = next;
    },
    close() {
      listener = undefined;
    },
  };
  return {
    connection,
    sent,
    isClosed: () => listener === undefined,
    deliver: (bytes: Buffer) => listener?.message(bytes),
    fail: (error: TurnError) => listener?.failed(error),
  };
}
