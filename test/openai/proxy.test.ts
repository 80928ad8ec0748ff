import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { proxiedFetch } from '../../src/openai/proxied-fetch.ts';
import { agentFor, socketAgentFor, useProxies } from '../../src/openai/proxy.ts';
import { nodeTransport } from '../../src/openai/transport.ts';

/** Names that only a proxy can find: it takes all for this machine. */
const HOST = 'behind-the-proxy.invalid';

let server: Server;
let proxy: Server;
let asked: string[];
let sockets: Socket[];
const portOf = (listening: Server) => (listening.address() as AddressInfo).port;
const proxyUrl = () => `http://127.0.0.1:${portOf(proxy)}`;

beforeEach(async () => {
  asked = [];
  sockets = [];
  server = createServer((request, response) => void echo(request).then((text) => response.end(text)));
  new WebSocketServer({ server }).on('connection', (socket) => socket.send('hello'));
  proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    void echo(request).then((text) => response.end(`plain: ${text}`));
  });
  proxy.on('connect', (request, socket: Socket) => {
    asked.push(`CONNECT ${request.url}`);
    const onward = connect(portOf(server), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    sockets.push(onward, socket);
  });
  await Promise.all(
    [server, proxy].map((one) => new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))),
  );
  useProxies((url) => (url.includes(HOST) ? proxyUrl() : undefined));
});
afterEach(() => {
  useProxies(() => undefined);
  for (const socket of sockets) socket.destroy();
  for (const one of [server, proxy]) {
    one.closeAllConnections();
    one.close();
  }
});

async function echo(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return `${request.method} ${Buffer.concat(chunks)}`;
}

test('a plain request asks the proxy for its URL', async () => {
  const signal = new AbortController().signal;
  const [url, body] = [`http://${HOST}:8000/v1`, new TextEncoder().encode('hi')];
  let isConnected = false;
  const answer = await nodeTransport({
    ...{ url, body, signal, method: 'POST', headers: {} },
    onConnected: () => {
      isConnected = true;
    },
  });
  const said: Uint8Array[] = [];
  for await (const chunk of answer.body) said.push(chunk);
  expect(Buffer.concat(said).toString()).toBe('plain: POST hi');
  expect(asked).toEqual([`POST ${url}`]);
  expect(isConnected).toBe(true);
});

test('the pool of an https URL is one of tunnels, and no URL without a proxy has either', () => {
  expect(agentFor(`https://${HOST}`)).toBe(agentFor(`https://${HOST}/other`));
  expect(agentFor(`https://${HOST}`)).not.toBe(agentFor('https://direct'));
  expect(socketAgentFor('ws://direct')).toBeUndefined();
});

test('a fetch of a library goes through the proxy, or as before', async () => {
  const direct: typeof fetch = async () => new Response('direct');
  const proxied = proxiedFetch(direct);
  const answer = await proxied(`http://${HOST}/twirp`, { method: 'POST', body: '{}' });
  expect([answer.status, await answer.text()]).toEqual([200, 'plain: POST {}']);
  expect(await (await proxied('http://direct/')).text()).toBe('direct');
});

test('a WebSocket asks for a tunnel by its agent', async () => {
  const url = `ws://${HOST}:7880`;
  const agent = socketAgentFor(url);
  if (!agent) throw new Error('no proxy');
  expect(await greeting(new WebSocket(url, { agent }))).toBe('hello');
  expect(asked).toEqual([`CONNECT ${HOST}:7880`]);
});

function greeting(socket: WebSocket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('message', (text) => {
      socket.terminate();
      resolve(String(text));
    });
  });
}
