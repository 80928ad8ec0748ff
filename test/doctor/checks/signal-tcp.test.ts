import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { freeTcpPort } from '../../../src/dev/ports.ts';
import { signalTcp } from '../../../src/doctor/checks/signal-tcp.ts';
import { useEndpointServer } from '../../helpers/endpoint-server.ts';
import { inside } from '../../helpers/inside.ts';

const server = useEndpointServer();
const run = (url: string, proxy?: string) =>
  signalTcp.run(inside({}, { seen: { url, proxy, unresolved: new Set(['nobody.invalid']) } }));

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

/** A proxy that tunnels to whom it likes. */
async function proxy(status: number): Promise<string> {
  const http = createServer();
  http.on('connect', ({ url = '' }, client) => {
    client.write(`HTTP/1.1 ${status} Whatever\r\n\r\n`);
    if (status !== 200) return client.end();
    const [host, port] = url.split(':');
    const through = connect(Number(port), host);
    for (const socket of [client, through]) socket.on('error', () => {});
    through.pipe(client).pipe(through);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  opened.push(http);
  return `http://me:secret@127.0.0.1:${(http.address() as AddressInfo).port}`;
}

test('an open port is told with the address that answered', async () => {
  expect(await run(server.origin)).toMatchObject({
    evidence: expect.stringMatching(/ answers from 127\.0\.0\.1$/),
  });
});

test('a closed port is named, with the setting that names it', async () => {
  const port = await freeTcpPort();
  expect(await run(`ws://127.0.0.1:${port}`)).toMatchObject({
    ...{ verdict: 'fail', evidence: `127.0.0.1:${port}: the port is closed` },
    fix: expect.stringMatching(/^see that the server runs.*\nor correct LIVEKIT_URL/),
  });
});

test('a name without an address was explained by the hop before', async () => {
  expect(await run('wss://nobody.invalid')).toMatchObject({ verdict: 'skip', because: 'dns' });
});

test('a proxy is gone through, and named with what goes around it', async () => {
  const found = await run(server.origin, await proxy(200));
  expect(found).toMatchObject({ evidence: expect.stringMatching(/through the proxy http:\S+ \(NO_PROXY=/) });
  expect(JSON.stringify(found)).not.toContain('secret');
});

test.each([
  [407, /user and password into HTTPS_PROXY/],
  [403, /have the proxy allow/],
])('a proxy that answers %i is what is broken', async (status, fix) => {
  const found = await run(server.origin, await proxy(status));
  expect(found).toMatchObject({ verdict: 'fail', fix: expect.stringMatching(fix) });
  expect(JSON.stringify(found)).not.toContain('secret');
});
