import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { page } from '../../../src/doctor/outside/page.ts';
import { pageToken } from '../../../src/doctor/outside/page-token.ts';
import { makeCertificate } from '../../cluster/edge/certificates.ts';
import { endpointServer } from '../../helpers/endpoint-server.ts';
import { createTestWeb, TOKEN } from '../../helpers/web.ts';
import { failureOf, type Given, tryFrom } from './hops.ts';

const HOPS = [page, pageToken];
const tryPage = (address: string, given: Given = {}) =>
  tryFrom(HOPS, { page: address, token: TOKEN, ...given });

/** What the page answers to everybody. */
const SETTINGS = { agentName: 'a', credential: 'wanted', livekitUrl: 'wss://l' };

/** The page itself on loopback. */
async function servePage(env: Record<string, string> = { WEB_TOKEN: TOKEN }, openLocally = false) {
  const { app } = createTestWeb(env, openLocally);
  onTestFinished(() => app.close());
  return app.listen({ host: '127.0.0.1', port: 0 });
}

/** Something else that answers where the page should. */
async function serveInstead(status: number, body: string | object, headers: Record<string, string> = {}) {
  const server = await endpointServer();
  onTestFinished(() => server.close().catch(() => {}));
  server.on('GET /api/config', ({ reply }) => reply(status, body, headers));
  return server;
}

test('a page with the right credential gives tokens, and none of them stands in the results', async () => {
  const seen = {};
  const results = await tryPage(await servePage(), { seen });
  expect(results.map(({ verdict }) => verdict)).toEqual(['ok', 'ok']);
  expect(seen).toMatchObject({ url: expect.stringContaining('ws'), token: expect.stringMatching(/^ey/) });
  const { pageSkewMs = 1e9 } = seen as { pageSkewMs?: number };
  expect(Math.abs(pageSkewMs), 'the page’s clock by its token').toBeLessThan(60_000);
  expect(JSON.stringify(results)).not.toMatch(/ey[\w-]{10}/);
  expect(JSON.stringify(results)).not.toContain(TOKEN);
});

test('nobody is asked for a credential that the page does not want', async () => {
  const asked = () => Promise.reject(new Error('asked'));
  const results = await tryPage(await servePage({}, true), { credential: asked });
  expect(results.map(({ verdict }) => verdict)).toEqual(['ok', 'ok']);
});

test.each([
  ['a wrong credential', { token: 'wrong-credential-of-this-test' }, 'WEB_TOKEN here'],
  ['no credential', { credential: async () => undefined }, 'WEB_TOKEN='],
])('%s: what to set', async (_, given, fix) => {
  const failed = await failureOf(tryPage(await servePage(), given));
  expect(failed).toMatchObject({ id: 'page-token', fix: expect.stringContaining(fix) });
  expect(JSON.stringify(failed)).not.toContain('wrong-credential');
});

test('a page that has no credential: it is to be given one', async () => {
  const failed = await failureOf(tryPage(await servePage({}, false)));
  expect(failed).toMatchObject({
    id: 'page-token',
    fix: expect.stringContaining('set WEB_TOKEN where the page runs'),
  });
});

test('too many requests: when to come again, in the page’s words', async () => {
  const server = await serveInstead(200, SETTINGS);
  const error = { message: 'Too many calls from this address.', hint: 'Try again in 40 seconds.' };
  server.on('POST /api/check', ({ reply }) => reply(429, { error }));
  expect(await failureOf(tryPage(server.origin))).toMatchObject({
    ...{ id: 'page-token', evidence: `429: ${error.message}`, fix: error.hint },
  });
});

test('a page that is older than the program names where the right one is', async () => {
  const server = await serveInstead(200, SETTINGS);
  server.on('POST /api/check', ({ reply }) => reply(404, { error: { message: 'There is nothing.' } }));
  const failed = await failureOf(tryPage(server.origin));
  expect(failed).toMatchObject({ id: 'page-token' });
  expect(failed.fix).toContain(`${server.origin}/download/voice-agent-check.mjs`);
});

test.each([
  ['a login page', 200, '<html>Sign in</html>', {}, /200 .*web page/, 'open the address in a browser'],
  [
    'a sign-on',
    302,
    '',
    { location: 'https://sso.example/login?next=secret' },
    /sso\.example\/login$/,
    'without it',
  ],
  ['a proxy without pods', 503, '<html>no healthy upstream</html>', {}, /503/, 'kubectl get pods'],
  ['another program', 200, { hello: 'world' }, {}, /not as the page/, 'in a browser'],
  ['another route', 404, 'not found', {}, /404/, 'HTTPRoute'],
])('%s in its place is told apart', async (_, status, body, headers, evidence, fix) => {
  const failed = await failureOf(tryPage((await serveInstead(status, body, headers)).origin));
  expect(failed).toMatchObject({ id: 'page', fix: expect.stringContaining(fix) });
  expect(failed.evidence).toMatch(evidence);
});

test('a closed port, a name without address, and a port without TLS', async () => {
  const server = await endpointServer();
  const { port } = new URL(server.origin);
  expect(await failureOf(tryPage(`https://127.0.0.1:${port}`))).toMatchObject({
    evidence: `127.0.0.1:${port}: TCP ${port} does not speak TLS`,
  });
  await server.close();
  expect(await failureOf(tryPage(server.origin))).toMatchObject({
    evidence: expect.stringContaining(`TCP ${port} is closed`),
    fix: expect.stringContaining('listener'),
  });
  const noName = Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' });
  const resolver = () => Promise.reject(new TypeError('fetch failed', { cause: noName }));
  expect(await failureOf(tryPage('https://voice.example', { fetch: resolver } as Given))).toMatchObject({
    evidence: 'voice.example: its name has no address',
  });
});

test('a certificate of a private authority: how Node.js is told of it', async () => {
  const { key, cert } = await makeCertificate(join(tmpdir(), `voice-agent-page-${process.pid}`), 'localhost');
  const server = createServer({ key, cert }, (_request, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const failed = await failureOf(tryPage(`https://localhost:${port}`));
  expect(failed).toMatchObject({ id: 'page', fix: expect.stringContaining('NODE_EXTRA_CA_CERTS') });
});

test('a page on https:// that names LiveKit as ws://: browsers do not go there', async () => {
  const seen = { page: new URL('https://voice.example/'), credentialNeed: 'none' };
  const answer = { url: 'ws://livekit.example', participants: [{ token: 'a' }, { token: 'b' }] };
  const given = { seen, fetch: async () => Response.json(answer) } as Given;
  const failed = await failureOf(tryFrom([{ ...pageToken, needs: [] }], given));
  expect(failed).toMatchObject({ id: 'page-token', fix: expect.stringContaining('wss://') });
});
