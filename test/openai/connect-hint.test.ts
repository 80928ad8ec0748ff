import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hintFor, reasonOf } from '../../src/openai/connect-hint.ts';
import { useProxies } from '../../src/openai/proxy.ts';
import { endpointFailure } from '../helpers/endpoint-failure.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { KEY, ROUTES, type RouteName } from '../helpers/model-routes.ts';
import { httpAnswer, type RawServer, rawServer } from '../helpers/raw-server.ts';

const ASKED = { endpoint: 'llm', url: 'https://gpu/v1' } as const;
const coded = (code: string) => Object.assign(new Error(code), { code });

test.each([
  ['ECONNREFUSED', 'Nothing listens'],
  ['ENOTFOUND', 'cannot be resolved'],
  ['EHOSTUNREACH', 'network policy'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'NODE_EXTRA_CA_CERTS'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'NODE_EXTRA_CA_CERTS'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'NODE_EXTRA_CA_CERTS'],
  ['ECONNRESET', 'https port'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'plain http port'],
])('%s tells what to do', (code, hint) => {
  expect(hintFor(coded(code), ASKED)).toContain(hint);
});

test('what can be changed in a setting names it', () => {
  expect(hintFor(coded('ECONNREFUSED'), ASKED)).toContain('LLM_BASE_URL');
  expect(hintFor(coded('ENOTFOUND'), { ...ASKED, endpoint: 'tts' })).toContain('TTS_BASE_URL');
});

test('an unknown reason has no hint', () => {
  expect(hintFor(coded('EODD'), ASKED)).toBeUndefined();
  expect(hintFor('thrown text', ASKED)).toBeUndefined();
});

test('a name with two addresses names both failures', () => {
  expect(reasonOf(new AggregateError([new Error('::1 refused'), new Error('127.0.0.1 refused')]))).toBe(
    '::1 refused; 127.0.0.1 refused',
  );
  expect(reasonOf('thrown text')).toBe('thrown text');
  expect(reasonOf(new Error('two\nlines:\n'))).toBe('two lines:');
});

test('behind a proxy the hint is about that, and tells no password', () => {
  useProxies(() => 'http://user:password@proxy:3128');
  const hint = hintFor(coded('ECONNREFUSED'), ASKED);
  useProxies(() => undefined);
  expect(hint).toContain('http://proxy:3128');
  expect(hint).toContain('NO_PROXY');
  expect(hint).not.toContain('password');
});

const deadlines = { connectTimeoutMs: 3000, firstByteTimeoutMs: 5000, stallTimeoutMs: 4000, attempts: 1 };
const certificates = mkdtempSync(join(tmpdir(), 'certificate-'));
let plain: RawServer;
let selfSigned: RawServer;
let closedPort: number;

beforeAll(async () => {
  const [keyFile, certFile] = [join(certificates, 'key.pem'), join(certificates, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', keyFile, '-out', certFile, '-days', '1', '-subj', '/CN=gpu'];
  execFileSync('openssl', [...request, ...files], { stdio: 'ignore' });
  plain = await rawServer();
  void plain.next(({ send }) => send(httpAnswer(200, '{}')));
  selfSigned = await rawServer({ key: readFileSync(keyFile), cert: readFileSync(certFile) });
  const gone = await rawServer();
  closedPort = gone.port;
  await gone.close();
});
afterAll(async () => {
  await Promise.all([plain.close(), selfSigned.close()]);
  rmSync(certificates, { recursive: true });
});

const FAULTS: Record<string, { baseUrl(): string; failure: string; says: RegExp; cure: RegExp }> = {
  'connection refused': {
    baseUrl: () => `http://127.0.0.1:${closedPort}/v1`,
    ...{ failure: 'connect', says: /no connection: connect ECONNREFUSED/, cure: /Nothing listens there/ },
  },
  // A label of more than 63 letters is refused by the resolver without asking anybody.
  'a name without an address': {
    baseUrl: () => `http://${'gpu'.repeat(22)}:8000/v1`,
    ...{ failure: 'connect', says: /ENOTFOUND/, cure: /cannot be resolved/ },
  },
  'a certificate that nobody signed': {
    baseUrl: () => selfSigned.baseUrl,
    ...{ failure: 'connect', says: /self.signed certificate/, cure: /NODE_EXTRA_CA_CERTS/ },
  },
  'TLS to a plain port': {
    baseUrl: () => plain.baseUrl.replace('http', 'https'),
    ...{ failure: 'connect', says: /wrong version number|packet length/, cure: /plain http port/ },
  },
  'plain HTTP to a TLS port': {
    baseUrl: () => selfSigned.baseUrl.replace('https', 'http'),
    ...{ failure: 'first-byte', says: /closed before an answer|not HTTP/, cure: /https port/ },
  },
};

test.for(
  Object.keys(FAULTS).flatMap((fault) =>
    (Object.keys(ROUTES) as RouteName[]).map((route) => [fault, route] as const),
  ),
)('%s, %s: says so and what to do', async ([fault, route]) => {
  const { baseUrl, failure, says, cure } = FAULTS[fault] ?? expect.fail('no such fault');
  const error = await endpointFailure(
    ROUTES[route].ask({ baseUrl: baseUrl(), deadlines, clock: manualClock() }),
  );
  const isRealtime = route === 'realtime';
  expect(error).toMatchObject({ failure: isRealtime ? 'connect' : failure, retryable: true });
  if (!isRealtime) expect(error.message).toMatch(says);
  expect(error.hint).toMatch(cure);
  expect(error.url).toBe(`${baseUrl().replace(/:80\b/, '')}/${ROUTES[route].path}`);
  expect(`${error.message}${error.hint}`).not.toMatch(new RegExp(`${KEY}|Aisyah|\\n`));
});

test('a server that accepts a request and never reads it is given up, its connection closed', async () => {
  const server = createServer((socket) => socket.pause());
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const clock = manualClock();
  const ended = endpointFailure(
    ROUTES['stt batch'].ask({
      ...{ baseUrl: `http://127.0.0.1:${port}/v1`, deadlines, clock },
      wav: new Uint8Array(32 * 1_048_576),
    }),
  );
  await clock.waitsFor(5000);
  clock.advance(5000);
  expect(await ended).toMatchObject({ failure: 'first-byte', hint: expect.stringContaining('STT_') });
  server.close();
});
