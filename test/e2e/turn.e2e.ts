import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { processSources } from '../../src/config/load.ts';
import { startChild } from '../../src/dev/child.ts';
import { startLiveKit } from '../../src/dev/livekit.ts';
import type { Result } from '../../src/doctor/check.ts';
import { startStandIn } from '../../src/standin/server.ts';
import { makeCertificate } from '../cluster/edge/certificates.ts';
import { MINIMAL_ENV } from '../helpers/config.ts';
import { type Coturn, startCoturn } from './coturn.ts';
import { runProgram } from './worker.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const PROMPTS = fileURLToPath(new URL('../../prompts', import.meta.url));

let dir: string;
const opened: { stop(): Promise<void> }[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'voice-agent-turn-'));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.stop()));
  await rm(dir, { recursive: true });
});

async function coturn(...settings: string[]): Promise<Coturn> {
  const server = await startCoturn({ dir, settings });
  opened.push(server);
  return server;
}
const STATIC = ['lt-cred-mech', 'user=me:right'];
const EPHEMERAL = ['use-auth-secret', 'static-auth-secret=shared secret'];

const urls = ({ port }: Coturn) =>
  `turn:127.0.0.1:${port}?transport=udp,turn:127.0.0.1:${port}?transport=tcp`;

/** `voice-agent check` as a process, with secrets as files: each of `secrets` becomes `<name>_FILE`. */
async function check(env: Record<string, string>, secrets: Record<string, string>, ...args: string[]) {
  const files = Object.entries(secrets).map(([name, value]) => ({ name, value, path: join(dir, name) }));
  await Promise.all(files.map(({ path, value }) => writeFile(path, `${value}\n`)));
  const lines: string[] = [];
  const child = startChild({
    command: process.execPath,
    args: ['--import', import.meta.resolve('tsx'), MAIN, 'check', ...args],
    env: {
      PATH: processSources().env.PATH,
      ...MINIMAL_ENV,
      ...env,
      ...Object.fromEntries(files.map(({ name, path }) => [`${name}_FILE`, path])),
    },
    cwd: dir,
    onLine: (line) => lines.push(line),
  });
  const { code } = await child.exited;
  return { code, output: lines.join('\n') };
}

/** The results of the hops over UDP, TCP and TLS; nothing else is running. */
async function checkTurn(env: Record<string, string>, secrets: Record<string, string>) {
  const { output } = await check(env, secrets, '--json', '--only', 'turn-udp,turn-tcp,turn-tls');
  const { checks }: { checks: Result[] } = JSON.parse(output);
  const [udp, tcp, tls] = checks.slice(-3);
  expect([udp?.id, tcp?.id, tls?.id], output).toEqual(['turn-udp', 'turn-tcp', 'turn-tls']);
  return { udp, tcp, tls };
}

test('allocations over UDP and TCP with static credentials, given back', async () => {
  const server = await coturn(...STATIC);
  const secrets = { TURN_USERNAME: 'me', TURN_PASSWORD: 'right' };
  const { udp, tcp } = await checkTurn({ TURN_URLS: urls(server) }, secrets);
  expect(udp).toMatchObject({
    verdict: 'ok',
    evidence: expect.stringMatching(/relays from 127\.0\.0\.1:\d+ /),
  });
  expect(tcp).toMatchObject({ verdict: 'ok', ms: expect.any(Number) });
  const logged = (what: RegExp) => server.log.filter((line) => what.test(line)).length;
  await vi.waitFor(() => expect(logged(/ new, .*username=<me>/)).toBe(2));
  await vi.waitFor(() => expect(logged(/refreshed, .*lifetime=0$/)).toBe(2));
});

test('with ephemeral credentials too', async () => {
  const server = await coturn(...EPHEMERAL);
  const { udp } = await checkTurn({ TURN_URLS: urls(server) }, { TURN_SECRET: 'shared secret' });
  expect(udp).toMatchObject({ verdict: 'ok' });
});

test('over TLS, with the authority that NODE_EXTRA_CA_CERTS names; without it, the certificate is refused', async () => {
  const { key, cert, caFile } = await makeCertificate(join(dir, 'tls'), 'localhost');
  await Promise.all([writeFile(join(dir, 'key.pem'), key), writeFile(join(dir, 'cert.pem'), cert)]);
  const files = [`cert=${join(dir, 'cert.pem')}`, `pkey=${join(dir, 'key.pem')}`];
  const { port } = await coturn(...EPHEMERAL, ...files);
  const TURN_URLS = `turns:localhost:${port}?transport=tcp`;
  const secrets = { TURN_SECRET: 'shared secret' };
  const { tls } = await checkTurn({ TURN_URLS, NODE_EXTRA_CA_CERTS: caFile }, secrets);
  expect(tls).toMatchObject({ verdict: 'ok' });
  expect((await checkTurn({ TURN_URLS }, secrets)).tls).toMatchObject({
    verdict: 'fail',
    evidence: expect.stringMatching(/certificate/),
    fix: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
  });
});

test.each([
  ['a wrong password', STATIC, { TURN_USERNAME: 'me', TURN_PASSWORD: 'wrong' }, 'TURN_PASSWORD'],
  ['an unknown user', STATIC, { TURN_USERNAME: 'you', TURN_PASSWORD: 'right' }, 'TURN_USERNAME'],
  ['a wrong secret', EPHEMERAL, { TURN_SECRET: 'another secret' }, 'TURN_SECRET'],
])('%s is named, at both doors', async (_, settings, secrets, hint) => {
  const server = await coturn(...settings);
  const { udp, tcp } = await checkTurn({ TURN_URLS: urls(server) }, secrets);
  for (const result of [udp, tcp])
    expect(result).toMatchObject({
      ...{ verdict: 'fail', evidence: expect.stringMatching(/fails: 401: .*credentials$/) },
      fix: expect.stringContaining(hint),
    });
});

test('all hops of an installation that works, the relay to the SFU among them; nothing is left in LiveKit', async () => {
  const [server, livekit, models] = await Promise.all([
    coturn(...STATIC, 'allow-loopback-peers'),
    startLiveKit(),
    startStandIn(),
  ]);
  opened.push({ stop: livekit.close }, { stop: models.close });
  const { url, apiKey, apiSecret } = livekit;
  const env = {
    ...{ LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
    OPENAI_BASE_URL: models.baseUrl,
  };
  const free = { WEB_PORT: '0', HEALTH_PORT: '0' };
  const worker = runProgram('start', { ...MINIMAL_ENV, ...env, ...free, PROMPTS_DIR: PROMPTS }, dir);
  opened.push(worker);
  await worker.logged('worker registered');
  const { code, output } = await check(
    { ...env, TURN_URLS: urls(server) },
    { TURN_USERNAME: 'me', TURN_PASSWORD: 'right' },
  );
  expect(output).toMatch(/^ok {4}turn-udp +\d+ ms {3}TURN over UDP relays: turn:\S+udp works/m);
  expect(output).toMatch(/^ok {4}relay-permission .* reaches 127\.0\.0\.1:\d+ and back/m);
  // A machine that is busy takes over the 3 s from which on `check` warns.
  expect(output).toMatch(/^(?:ok {4}|warn {2})dispatch .* joined after \d+ ms/m);
  expect(output).not.toMatch(/^fail/m);
  expect(code, output).toBe(0);
  const rooms = new RoomServiceClient(url, apiKey, apiSecret);
  expect(await rooms.listRooms()).toEqual([]);
});

test('a relay that may not reach the SFU is told from one that gives no allocation', async () => {
  const [server, livekit] = await Promise.all([coturn(...STATIC), startLiveKit()]);
  opened.push({ stop: livekit.close });
  const { url, apiKey, apiSecret } = livekit;
  const { output } = await check(
    {
      ...{ LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
      ...{ OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', TURN_URLS: urls(server) },
    },
    { TURN_USERNAME: 'me', TURN_PASSWORD: 'right' },
    ...['--only', 'relay-permission'],
  );
  expect(output).toMatch(/^ok {4}turn-udp /m);
  expect(output).toMatch(/^fail {2}relay-permission .* refuses 127\.0\.0\.1:\d+/m);
  expect(output).toMatch(/→ .*UDPRoute/);
});
