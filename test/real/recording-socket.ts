import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { sentOf } from './asked.ts';
import { chunkOf, type Exchange, type SocketExchange, type SocketStep } from './fixture.ts';

/** One WebSocket through the recording proxy: refused as the server refuses it, else every message both ways. */
export async function recordSocket(
  upstream: string,
  asked: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<Exchange> {
  const request = `GET ${asked.url}`;
  const { authorization } = asked.headers;
  const server = new WebSocket(new URL(asked.url ?? '', upstream.replace(/^http/, 'ws')), {
    headers: authorization === undefined ? {} : { authorization },
    perMessageDeflate: false,
  });
  const early: string[] = [];
  server.on('message', (data) => void early.push(String(data)));
  const refused = await new Promise<IncomingMessage | undefined>((resolve, reject) => {
    server.on('unexpected-response', (_, response) => resolve(response));
    server.on('open', () => resolve(undefined));
    server.on('error', reject);
  });
  if (refused) return refusal(request, refused, socket);
  const product = await new Promise<WebSocket>((resolve) =>
    new WebSocketServer({ noServer: true }).handleUpgrade(asked, socket, head, resolve),
  );
  return relay(request, product, server, early);
}

async function refusal(request: string, refused: IncomingMessage, socket: Duplex): Promise<Exchange> {
  const status = refused.statusCode ?? 0;
  const type = refused.headers['content-type'] ?? 'text/plain';
  const body = Buffer.concat(await refused.toArray());
  socket.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  return {
    kind: 'http',
    request,
    status,
    headers: [['content-type', type]],
    chunks: [chunkOf(body, 0)],
    end: 'complete',
  };
}

function relay(
  request: string,
  product: WebSocket,
  server: WebSocket,
  early: string[],
): Promise<SocketExchange> {
  const startedMs = performance.now();
  const steps: SocketStep[] = [];
  const ms = () => Math.round(performance.now() - startedMs);
  const hear = (text: string) => {
    steps.push({ ms: ms(), heard: text });
    product.send(text);
  };
  server.removeAllListeners('message');
  for (const text of early) hear(text);
  server.on('message', (data) => hear(String(data)));
  product.on('message', (data) => {
    steps.push({ ms: ms(), sent: sentOf(String(data)) });
    server.send(String(data));
  });
  return new Promise((resolve) => {
    const close = (by: 'product' | 'server', other: WebSocket) => (code: number, reason: Buffer) => {
      // 1005 and 1006 say that no code came: they cannot be sent.
      if (code >= 1000 && code !== 1005 && code !== 1006) other.close(code, reason);
      else other.terminate();
      resolve({ kind: 'socket', request, steps, closed: { code, reason: String(reason), by } });
    };
    product.on('close', close('product', server));
    server.on('close', close('server', product));
  });
}
