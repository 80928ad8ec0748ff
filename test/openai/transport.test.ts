import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeTransport } from '../../src/openai/transport.ts';

let server: Server;
let connections: number;

beforeEach(async () => {
  connections = 0;
  server = createServer((_request, response) => response.end('ok'));
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function send(signal: AbortSignal): Promise<void> {
  const { port } = server.address() as AddressInfo;
  const { body } = await nodeTransport({
    url: `http://127.0.0.1:${port}/`,
    method: 'GET',
    headers: {},
    signal,
    onConnected() {},
  });
  for await (const _ of body);
}

test('a pooled connection outlives the signal of the request that opened it', async () => {
  const first = new AbortController();
  await send(first.signal);
  first.abort();
  await send(new AbortController().signal);
  expect(connections).toBe(1);
});

test('a request that is aborted before its connection stands fails alone', async () => {
  const aborts = Array.from({ length: 20 }, () => new AbortController());
  const sent = aborts.map(({ signal }) => send(signal));
  for (const abort of aborts) process.nextTick(() => abort.abort(new Error('no longer wanted')));
  for (const one of sent) await expect(one).rejects.toThrow('no longer wanted');
  await send(new AbortController().signal);
});
