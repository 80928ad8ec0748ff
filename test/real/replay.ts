import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { askedOf, sentOf, shapeOf } from './asked.ts';
import { bytesOf, type Fixture, type HttpExchange, type SocketExchange } from './fixture.ts';
import { refusalFor } from './refusals.ts';

export interface ReplayServer {
  /** `http://127.0.0.1:PORT/v1`. */
  baseUrl: string;
  /** What was asked otherwise than it was recorded, one line each. */
  readonly unexpected: readonly string[];
  /** How many of the recorded exchanges were played. */
  readonly played: number;
  close(): Promise<void>;
}

/**
 * Serves one fixture: each of its exchanges once, in their order, the answer in the chunks in which it came. A request
 * that has what `others` of the same server were refused for is refused with the same words; one that is of another
 * shape than what was recorded (fields, roles, types of messages) gets 599.
 */
export async function replayServer(fixture: Fixture, others: readonly Fixture[] = []): Promise<ReplayServer> {
  const left = [...fixture.exchanges];
  const unexpected: string[] = [];
  const server = http.createServer(async (incoming, response) => {
    const body = Buffer.concat(await incoming.toArray());
    const { method = '', url = '', headers } = incoming;
    const asked = await askedOf(method, url, headers['content-type'] ?? '', body);
    const refusal = asked.json && !fixture.case.includes('.refused-') && refusalFor(asked.json, others);
    if (refusal) return answer(refusal, response);
    const next = left[0];
    if (next?.kind !== 'http' || shapeOf(next) !== shapeOf(asked)) {
      unexpected.push(
        `asked ${shapeOf(asked)}; recorded ${next === undefined ? 'nothing more' : shapeOf(next)}`,
      );
      response.writeHead(599).end();
      return;
    }
    left.shift();
    await answer(next, response);
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (incoming: IncomingMessage, socket, head) => {
    const next = left.shift();
    if (next?.kind !== 'socket') {
      const status = next?.status ?? 599;
      const body = Buffer.concat((next?.chunks ?? []).map(bytesOf));
      const type = next?.headers[0]?.[1] ?? 'text/plain';
      socket.end(
        `HTTP/1.1 ${status} Refused\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      return;
    }
    sockets.handleUpgrade(incoming, socket, head, (opened) => void talk(opened, next, unexpected));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    unexpected,
    get played() {
      return fixture.exchanges.length - left.length;
    },
    async close() {
      for (const one of sockets.clients) one.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** `left`: no more is known of the answer than what the product heard, and it leaves. */
async function answer(
  { status, headers, chunks, end }: HttpExchange,
  response: ServerResponse,
): Promise<void> {
  response.writeHead(status, headers.flat());
  for (const chunk of chunks) {
    await new Promise((sent) => response.write(bytesOf(chunk), sent));
    // A turn of the loop apart, chunks arrive apart.
    await new Promise((turn) => setImmediate(turn));
  }
  if (end === 'complete') response.end();
  if (end === 'cut') response.destroy();
}

/** Plays a WebSocket: waits for each message that the product sent there, and says each that it heard. */
async function talk(socket: WebSocket, exchange: SocketExchange, unexpected: string[]): Promise<void> {
  const arrived: string[] = [];
  let wake = () => {};
  socket.on('message', (data) => {
    arrived.push(String(data));
    wake();
  });
  for (const step of exchange.steps) {
    if ('heard' in step) {
      socket.send(step.heard);
      continue;
    }
    while (arrived.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const sent = sentOf(arrived.shift() ?? '{}');
    if (sent.type !== step.sent.type)
      unexpected.push(`sent ${String(sent.type)}; recorded ${String(step.sent.type)}`);
  }
  const { code, reason, by } = exchange.closed;
  if (by === 'product') return;
  if (code === 1005 || code === 1006) socket.terminate();
  else socket.close(code, reason);
}
