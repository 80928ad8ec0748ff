import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { signalWs } from '../../../src/doctor/checks/signal-ws.ts';
import { inside } from '../../helpers/inside.ts';

let server: Server | undefined;
afterEach(() => server?.close());

interface Said {
  status: number;
  headers?: Record<string, string>;
  body?: string;
  /** To plain requests; default 404. */
  root?: string;
}

/** What stands at LiveKit's address, to a request to upgrade and to others. */
async function standing({ status, headers = {}, body = '', root }: Said) {
  server = createServer((_, response) => response.writeHead(root === undefined ? 404 : 200).end(root));
  server.on('upgrade', (_, socket) => {
    const lines = Object.entries({ 'content-length': `${body.length}`, ...headers }).map((one) =>
      one.join(': '),
    );
    socket.end(`HTTP/1.1 ${status} x\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return signalWs.run(inside({}, { seen: { url } }));
}

test('LiveKit that asks for a token is reached', async () => {
  expect(await standing({ status: 401, body: 'no permissions to access the room' })).toBe(
    'LiveKit asks for a token',
  );
});

test.each<[string, Said, RegExp]>([
  ['a proxy that drops Upgrade', { status: 404, root: 'OK' }, /proxy_set_header Upgrade/],
  ['a gateway without a route', { status: 404, headers: { server: 'envoy' } }, /HTTPRoute/],
  ['a gateway without LiveKit behind it', { status: 503, body: 'no healthy upstream' }, /endpointslices/],
  [
    'a login page',
    { status: 302, headers: { location: 'https://login.example.com/?next=x' } },
    /need no login/,
  ],
  [
    'a page of something else',
    { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' },
    /correct LIVEKIT_URL/,
  ],
  [
    'a port with TLS',
    { status: 400, body: 'Client sent an HTTP request to an HTTPS server.' },
    /must begin with wss:/,
  ],
])('%s is told', async (_, said, fix) => {
  expect(await standing(said)).toMatchObject({ verdict: 'fail', fix: expect.stringMatching(fix) });
});
