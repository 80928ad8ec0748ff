import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP, connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { messageOf, TurnError, type TurnFailure } from '../errors.ts';
import { messageLength } from './message.ts';

/** Where a TURN server listens, and how it is spoken to. */
export interface Door {
  host: string;
  port: number;
  transport: 'udp' | 'tcp' | 'tls';
}

export interface Listener {
  /** One whole message, or, over UDP, whatever came. */
  message(bytes: Buffer): void;
  /** Nothing will come any more. */
  failed(error: TurnError): void;
}

export interface Connection {
  /** Whether what is sent arrives, unless the connection fails: then nothing has to be sent twice. */
  readonly isReliable: boolean;
  send(bytes: Buffer): void;
  /** Replaces the listener before. A failure from before is told at once. */
  listen(listener: Listener): void;
  close(): void;
}

/**
 * @param signal - ends the attempt; once there is a connection, it has no part in it.
 * @throws TurnError `resolve`, `connect`, or `timeout`.
 */
export type Connect = (door: Door, signal: AbortSignal) => Promise<Connection>;

/** Over real sockets. TLS is checked against the system's and `NODE_EXTRA_CA_CERTS`' authorities. */
export const openConnection: Connect = (door, signal) =>
  door.transport === 'udp' ? openUdp(door, signal) : openStream(door, signal);

async function openUdp({ host, port }: Door, signal: AbortSignal): Promise<Connection> {
  const { address, family } = await orTimeout(signal, lookup(host), 'resolve', 'the look-up of its name');
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  const inbox = createInbox();
  socket.on('message', inbox.message);
  // A connected UDP socket hears of a closed port by ICMP.
  socket.on('error', (error) => inbox.failed(connectionError(error)));
  const connected = new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.connect(port, address, resolve);
  });
  const close = () => socket.close();
  await orTimeout(signal, connected, 'timeout', 'the socket').catch((error) => {
    close();
    throw error;
  });
  return { isReliable: false, send: (bytes) => socket.send(bytes), listen: inbox.listen, close };
}

async function openStream({ host, port, transport }: Door, signal: AbortSignal): Promise<Connection> {
  const socket: Socket =
    transport === 'tls'
      ? tlsConnect({ host, port, ...(isIP(host) ? {} : { servername: host }) })
      : netConnect({ host, port });
  const inbox = createInbox();
  const read = messageReader(inbox);
  socket.on('data', read);
  socket.on('error', (error) => inbox.failed(connectionError(error)));
  socket.on('end', () => inbox.failed(cut()));
  const close = () => socket.destroy();
  const connected = new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('end', () => reject(cut()));
    socket.once(transport === 'tls' ? 'secureConnect' : 'connect', () => resolve());
  });
  const attempt = transport === 'tls' ? 'the attempt to connect with TLS' : 'the attempt to connect';
  await orTimeout(signal, connected, 'timeout', attempt).catch((error) => {
    close();
    throw error;
  });
  return { isReliable: true, send: (bytes) => socket.write(bytes), listen: inbox.listen, close };
}

const cut = () => new TurnError('the server cut the connection', { failure: 'connect' });

/** Puts the pieces of a stream together: each message says its own length. */
function messageReader({ message, failed }: Listener): (piece: Buffer) => void {
  let waiting: Buffer = Buffer.alloc(0);
  return (piece) => {
    waiting = Buffer.concat([waiting, piece]);
    try {
      for (;;) {
        const length = messageLength(waiting);
        if (length === undefined || waiting.length < length) return;
        message(waiting.subarray(0, length));
        waiting = waiting.subarray(length);
      }
    } catch (error) {
      if (!(error instanceof TurnError)) throw error;
      failed(error);
    }
  };
}

/** Keeps a failure for who listens later. */
function createInbox(): Listener & Pick<Connection, 'listen'> {
  let listener: Listener | undefined;
  let failure: TurnError | undefined;
  return {
    message: (bytes) => listener?.message(bytes),
    failed(error) {
      failure ??= error;
      listener?.failed(failure);
    },
    listen(next) {
      listener = next;
      if (failure) next.failed(failure);
    },
  };
}

/** @throws TurnError, also in place of what `work` throws. */
function orTimeout<T>(signal: AbortSignal, work: Promise<T>, failure: TurnFailure, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new TurnError(`${what} got no answer`, { failure }));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work
      .then(resolve, (error) => reject(connectionError(error)))
      .finally(() => signal.removeEventListener('abort', stop));
  });
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the port is closed',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'no way leads there',
  ENETUNREACH: 'no way leads there',
  ETIMEDOUT: 'the attempt to connect got no answer',
};

function connectionError(cause: Error): TurnError {
  if (cause instanceof TurnError) return cause;
  const { code = '', syscall } = cause as NodeJS.ErrnoException;
  if (syscall === 'getaddrinfo')
    return new TurnError('its name has no address', { failure: 'resolve', cause });
  const text = /^(EPROTO|ERR_SSL_)/.test(code) ? `it does not speak TLS (${code})` : WORDS[code];
  const failure = code === 'ETIMEDOUT' ? 'timeout' : 'connect';
  return new TurnError(text ?? messageOf(cause), { failure, cause });
}
