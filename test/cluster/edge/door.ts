import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Certificate } from './certificates.ts';
import { type Backend, backendFor, type HttpRoute } from './routes.ts';

export interface DoorOptions {
  address: string;
  certificate: Certificate;
  /** The routes as they are now; asked at each request. */
  routes(): Promise<readonly HttpRoute[]>;
  /** Address and port of a Service. */
  addressOf(backend: Backend): Promise<{ host: string; port: number }>;
}

export interface Door {
  close(): Promise<void>;
}

/**
 * TLS 443 in the place of Envoy: sends requests and WebSockets to the Services that the HTTPRoutes name. Only this
 * project's use of routes is known: prefixes, one backend each, no filters.
 */
export async function startDoor({ address, certificate, routes, addressOf }: DoorOptions): Promise<Door> {
  const forward = async (incoming: IncomingMessage) => {
    const { hostname, pathname } = new URL(incoming.url ?? '/', `https://${incoming.headers.host}`);
    const backend = backendFor(await routes(), hostname, pathname);
    if (!backend) throw new Refusal(404, `no route for ${hostname}${pathname}`);
    const outgoing = request({
      ...(await addressOf(backend)),
      // A kept connection would stay with a pod that goes, as no gateway does.
      agent: false,
      method: incoming.method,
      path: incoming.url,
      headers: {
        ...incoming.headers,
        'x-forwarded-for': incoming.socket.remoteAddress,
        'x-forwarded-proto': 'https',
      },
    });
    incoming.pipe(outgoing);
    return outgoing;
  };
  const server = createServer(
    { key: certificate.key, cert: certificate.cert },
    async (incoming, response) => {
      const refuse = (error: Error) => {
        if (response.headersSent) response.destroy();
        else response.writeHead(error instanceof Refusal ? error.status : 503).end(error.message);
      };
      try {
        const outgoing = await forward(incoming);
        outgoing.on('error', refuse);
        response.on('close', () => outgoing.destroy());
        outgoing.on('response', (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
      } catch (error) {
        refuse(error as Error);
      }
    },
  );
  const sockets = new Set<Duplex>();
  server.on('upgrade', async (incoming, socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    const refuse = (error: Error) => {
      socket.end(`HTTP/1.1 ${error instanceof Refusal ? error.status : 503} Refused\r\n\r\n`);
    };
    socket.on('error', () => {});
    try {
      const outgoing = await forward(incoming);
      outgoing.on('error', refuse);
      outgoing.on('response', (answer) => {
        socket.write(head(answer));
        answer.pipe(socket);
      });
      outgoing.on('upgrade', (answer, far, first) => {
        socket.write(head(answer));
        socket.write(first);
        far.on('error', () => socket.destroy());
        socket.on('close', () => far.destroy());
        far.pipe(socket).pipe(far);
      });
    } catch (error) {
      refuse(error as Error);
    }
  });
  server.listen(443, address);
  await once(server, 'listening');
  return {
    async close() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function head({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${rawHeaders[i + 1]}`] : []));
  return [`HTTP/1.1 ${statusCode} ${statusMessage}`, ...lines, '', ''].join('\r\n');
}
