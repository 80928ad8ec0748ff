import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { perTest } from './per-test.ts';

/** A request as it arrived, whole. */
export interface Received {
  method: string;
  /** With the query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  json(): unknown;
  form(): Promise<FormData>;
}

/** One request in the hands of a handler. */
export interface Exchange {
  request: Received;
  /** The whole answer at once; an object is sent as JSON. */
  reply(status: number, body?: string | Uint8Array | object, headers?: Record<string, string>): void;
  /** Headers now, body later: `write`, `end`, `cut`. */
  start(status?: number, headers?: Record<string, string>): void;
  /** Resolves when the bytes are handed to the system. */
  write(bytes: string | Uint8Array): Promise<void>;
  end(): void;
  /** Closes the connection in the middle of whatever it is doing. */
  cut(): void;
  /** Resolves when the client is gone, or the answer complete. */
  closed: Promise<void>;
}

/** A handler that does nothing never answers. */
export type Handler = (exchange: Exchange) => void | Promise<void>;

export interface EndpointServer {
  /** `http://127.0.0.1:<port>` */
  origin: string;
  /** `origin` with `/v1`. */
  baseUrl: string;
  /** All requests, oldest first. */
  requests: Received[];
  /** TCP connections accepted so far. */
  connections: number;
  /** Handlers for successive requests to `POST /v1/audio/speech`; the last one stays. Others get 404. */
  on(route: string, ...handlers: Handler[]): void;
  /** Resolves with the exchange of the `n`th request (from 1), when it has come. */
  received(n: number): Promise<Exchange>;
  close(): Promise<void>;
}

/** A scripted HTTP server on loopback. Nothing in it waits by the clock: handlers and tests release each other. */
export async function endpointServer(): Promise<EndpointServer> {
  const routes = new Map<string, Handler[]>();
  const exchanges: Exchange[] = [];
  const waiters: { n: number; resolve: (exchange: Exchange) => void }[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { method = '', url = '', headers } = incoming;
    const exchange = toExchange(received(method, url, headers, Buffer.concat(chunks)), response);
    exchanges.push(exchange);
    fake.requests.push(exchange.request);
    for (const waiter of waiters) if (waiter.n === exchanges.length) waiter.resolve(exchange);
    const handlers = routes.get(`${method} ${url.split('?')[0]}`);
    const handler = handlers !== undefined && handlers.length > 1 ? handlers.shift() : handlers?.[0];
    if (handler === undefined) exchange.reply(404, { detail: 'Not Found' });
    else await handler(exchange);
  });
  server.on('connection', () => {
    fake.connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fake: EndpointServer = {
    origin,
    baseUrl: `${origin}/v1`,
    requests: [],
    connections: 0,
    on: (route, ...handlers) => void routes.set(route, handlers),
    received: (n) =>
      new Promise((resolve) => {
        const exchange = exchanges[n - 1];
        if (exchange === undefined) waiters.push({ n, resolve });
        else resolve(exchange);
      }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return fake;
}

function received(method: string, path: string, headers: IncomingHttpHeaders, body: Buffer): Received {
  return {
    method,
    path,
    headers,
    body,
    json: () => JSON.parse(body.toString()),
    form: () =>
      new Response(new Uint8Array(body), {
        headers: { 'content-type': headers['content-type'] ?? '' },
      }).formData(),
  };
}

function toExchange(request: Received, response: ServerResponse): Exchange {
  return {
    request,
    reply(status, body = '', headers = {}) {
      const raw = typeof body === 'string' || body instanceof Uint8Array;
      response.writeHead(status, raw ? headers : { 'content-type': 'application/json', ...headers });
      response.end(raw ? body : JSON.stringify(body));
    },
    start(status = 200, headers = {}) {
      response.writeHead(status, headers);
      response.flushHeaders();
    },
    write: (bytes) => new Promise((resolve) => void response.write(bytes, () => resolve())),
    end: () => void response.end(),
    cut: () => void response.socket?.destroy(),
    closed: once(response, 'close').then(() => {}),
  };
}

/** One for every test of a file. */
export const useEndpointServer = (): EndpointServer => perTest(endpointServer, (server) => server.close());
