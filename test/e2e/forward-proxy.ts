import { createServer, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ForwardProxy {
  readonly url: string;
  /** What it was asked for: `CONNECT host:port`, or method and URL. */
  readonly asked: readonly string[];
  close(): void;
}

/** An HTTP proxy on loopback that forwards, or with `refuses` answers everything with 502. */
export async function startForwardProxy({ refuses = false } = {}): Promise<ForwardProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((incoming, outgoing) => {
    const { method, url = '', headers } = incoming;
    asked.push(`${method} ${url}`);
    if (refuses) return void outgoing.writeHead(502).end('refused by the proxy of the test');
    const onward = request(url, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.on('connection', keep);
  server.on('connect', ({ url }, socket: Socket) => {
    asked.push(`CONNECT ${url}`);
    if (refuses) return socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    const [host = '', port] = String(url).split(':');
    const onward = keep(connect(Number(port), host, () => socket.write('HTTP/1.1 200 OK\r\n\r\n')));
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
