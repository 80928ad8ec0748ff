import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { signalTls } from '../../../src/doctor/checks/signal-tls.ts';
import { inside } from '../../helpers/inside.ts';

let dir: string;
const servers: Server[] = [];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'voice-agent-tls-'));
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => rm(dir, { recursive: true }));

/** Signed by itself, for localhost; ended yesterday if it is good for -1 days. */
async function certificate(days: number) {
  const file = (name: string) => join(dir, `${days}.${name}`);
  const openssl = (...args: string[]) => promisify(execFile)('openssl', args);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file('key')];
  await openssl('req', ...newKey, '-subj', '/CN=localhost', '-out', file('csr'));
  await writeFile(file('names'), 'subjectAltName=DNS:localhost\n');
  const signed = ['-signkey', file('key'), '-extfile', file('names'), '-days', `${days}`];
  await openssl('x509', '-req', '-in', file('csr'), ...signed, '-out', file('pem'));
  return { key: await readFile(file('key')), cert: await readFile(file('pem')) };
}

async function listen(server: Server): Promise<string> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `wss://localhost:${(server.address() as AddressInfo).port}`;
}
const run = (url: string) => signalTls.run(inside({}, { seen: { url } }));

test('an authority that nobody knows is told, with the variable that makes it known', async () => {
  expect(await run(await listen(createServer(await certificate(90))))).toMatchObject({
    ...{ verdict: 'fail', evidence: expect.stringContaining('for localhost, by localhost, until') },
    fix: expect.stringMatching(/^NODE_EXTRA_CA_CERTS=/),
  });
});

test('an expired certificate is told with its end', async () => {
  expect(await run(await listen(createServer(await certificate(-1))))).toMatchObject({
    ...{ verdict: 'fail', cause: expect.stringMatching(/^it ended on /) },
    fix: expect.stringMatching(/^renew it/),
  });
});

test('a port with plain HTTP behind it is told, with the URL to set', async () => {
  const url = await listen(createTcp((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
  expect(await run(url)).toMatchObject({
    ...{ verdict: 'fail', evidence: 'the port does not speak TLS' },
    fix: expect.stringContaining(`LIVEKIT_URL=ws://localhost:`),
  });
});

test('a gateway without a certificate for the name breaks off, and SNI is named', async () => {
  const url = await listen(createTcp((socket) => socket.once('data', () => socket.destroy())));
  expect(await run(url)).toMatchObject({ verdict: 'fail', cause: expect.stringContaining('SNI') });
});

test('without TLS there is no certificate to look at', async () => {
  expect(await run('ws://localhost:1')).toMatchObject({ verdict: 'skip' });
});
