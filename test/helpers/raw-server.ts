import { once } from 'node:events';
import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net';
import { createServer as createTls, type TlsOptions } from 'node:tls';
import { perTest } from './per-test.ts';

/** One request in the hands of a handler, which writes its answer byte for byte. */
export interface RawRequest {
  socket: Socket;
  /** Request line and headers. */
  head: string;
  body: Buffer;
  /** Writes; resolves with `false` once the client is gone. Waits while the client does not read. */
  send(bytes: string | Uint8Array): Promise<boolean>;
}

export type RawHandler = (request: RawRequest) => unknown;

export interface RawServer {
  port: number;
  /** `http://127.0.0.1:<port>/v1` */
  baseUrl: string;
  /** Has every request from now on answered so; resolves when the first of them has come. */
  next(handler: RawHandler): Promise<void>;
  /** Heads of all requests. */
  heads: string[];
  connections: number;
  /** Bytes that clients took, or that wait in the system for them, on all connections. */
  sentBytes(): number;
  close(): Promise<void>;
}

/**
 * A server on loopback that speaks no HTTP of its own: for answers that `node:http` would not send. It reads each
 * request whole by its `Content-Length`, then leaves the connection to the handler.
 *
 * @param tls - key and certificate; without them it is plain TCP.
 */
export async function rawServer(tls?: TlsOptions): Promise<RawServer> {
  const sockets = new Set<Socket>();
  let answer: RawHandler = () => {};
  let arrived = () => {};
  const accept = (socket: Socket) => {
    fake.connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  };
  const serve = (socket: Socket) => {
    let seen = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      seen = Buffer.concat([seen, chunk]);
      // The first byte of TLS.
      if (seen[0] === 0x16) socket.end(httpAnswer(400));
      const end = seen.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = seen.subarray(0, end).toString('latin1');
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
      if (seen.length < end + 4 + length) return;
      const body = seen.subarray(end + 4, end + 4 + length);
      seen = seen.subarray(end + 4 + length);
      fake.heads.push(head);
      arrived();
      void answer({ socket, head, body, send: (bytes) => send(socket, bytes) });
    });
  };
  const server = tls ? createTls(tls, accept) : createTcp(accept);
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const fake: RawServer = {
    port,
    baseUrl: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/v1`,
    next: (handler) => {
      answer = handler;
      return new Promise((resolve) => {
        arrived = resolve;
      });
    },
    heads: [],
    connections: 0,
    sentBytes: () => [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, 0),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return fake;
}

function send(socket: Socket, bytes: string | Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve(false);
    const gone = () => resolve(false);
    socket.once('close', gone);
    socket.write(bytes, (error) => {
      socket.off('close', gone);
      resolve(!error && !socket.destroyed);
    });
  });
}

/** One for every test of a file. */
export const useRawServer = (): RawServer =>
  perTest(
    () => rawServer(),
    (server) => server.close(),
  );

/** The head of an HTTP answer; `length` also says that the connection is closed after it, where it is left out. */
export function httpHead(status: number, headers: Record<string, string | number> = {}): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Some Reason\r\n${lines.join('')}\r\n`;
}

/** A whole HTTP answer. */
export function httpAnswer(
  status: number,
  body: string | Uint8Array = '',
  headers: Record<string, string | number> = {},
): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([
    Buffer.from(httpHead(status, { ...headers, 'content-length': bytes.length })),
    bytes,
  ]);
}
