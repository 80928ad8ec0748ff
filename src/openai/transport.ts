import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { TLSSocket } from 'node:tls';
import { agentFor } from './proxy.ts';

/** One HTTP request as it goes on the wire. */
export interface Outgoing {
  url: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  body?: Uint8Array | undefined;
  /** Destroys the connection, whatever the request is waiting for. */
  signal: AbortSignal;
  /** The connection stands: from the pool, or new (with https: after the TLS handshake). */
  onConnected(): void;
}

export interface Incoming {
  status: number;
  headers: Headers;
  /** Throws when the connection ends before the body does. */
  body: AsyncIterable<Uint8Array>;
  /** Gives the answer up: a connection with an unread rest is closed, not pooled. */
  close(): void;
}

/** Sends one request; resolves with the headers. Never follows a redirect, never retries, has no deadlines. */
export type Transport = (outgoing: Outgoing) => Promise<Incoming>;

/** A pooled connection that the server had closed meanwhile: nothing was answered, send again on another. */
export class StaleConnection extends Error {}

/** `node:http(s)` with one keep-alive pool a process, through its proxies. Unlike `fetch` it tells when the connection stands. */
export const nodeTransport: Transport = (outgoing) =>
  new Promise((resolve, reject) => {
    const secure = outgoing.url.startsWith('https:');
    const sent = (secure ? https : http).request(outgoing.url, {
      method: outgoing.method,
      headers: { 'accept-encoding': 'identity', ...outgoing.headers },
      agent: agentFor(outgoing.url),
    });
    // As an option the signal would stay with the socket, and end it in the pool or while no request listens to it.
    const abort = () => {
      if (sent.destroyed) return;
      // Once the answer has ended, its connection is on its way to the pool, and nobody else hears of its end.
      sent.socket?.once('error', () => {});
      sent.destroy(outgoing.signal.reason);
    };
    outgoing.signal.addEventListener('abort', abort, { once: true });
    sent.once('close', () => outgoing.signal.removeEventListener('abort', abort));
    if (outgoing.signal.aborted) abort();
    sent.on('socket', (socket) => {
      const connected = () => outgoing.onConnected();
      if (sent.reusedSocket) return connected();
      if (secure) (socket as TLSSocket).once('secureConnect', connected);
      else if (socket.connecting) socket.once('connect', connected);
      else connected();
    });
    let answer: IncomingMessage | undefined;
    sent.on('response', (response) => {
      answer = response;
      resolve(incoming(response));
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // A body that is not HTTP: its reader would be told no more than «aborted».
      answer?.destroy(error);
      const stale = sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(stale ? new StaleConnection('stale pooled connection', { cause: error }) : error);
    });
    sent.end(outgoing.body);
  });

function incoming(answer: IncomingMessage): Incoming {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  return { status: answer.statusCode ?? 0, headers, body: answer, close: () => answer.destroy() };
}
