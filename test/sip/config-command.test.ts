import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { runConfigCommand } from '../../src/sip/config-command.ts';

const SETTINGS = {
  LIVEKIT_URL: 'ws://10.65.176.60:7880',
  LIVEKIT_API_KEY: 'APIkey',
  LIVEKIT_API_SECRET: 's'.repeat(32),
  CHECK_REDIS_URL: 'redis://:p%40ss@10.65.176.61',
};
const FLAGS = { address: '10.65.177.20', port: '5060', rtp: '10000-10399', media: '50000-60000' };

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sip-config-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function run(flags: object = {}, settings: Record<string, string> = {}): Promise<string> {
  const printed: string[] = [];
  const config = loadConfig({ env: { ...SETTINGS, ...settings }, read: () => undefined }, 'page');
  await runConfigCommand(config, { ...FLAGS, ...flags }, (text) => printed.push(text));
  return printed.join('\n');
}

test('prints what livekit-sip has to be told, private addresses alone', async () => {
  expect(parse(await run())).toEqual({
    ws_url: 'ws://10.65.176.60:7880',
    api_key: 'APIkey',
    api_secret: 's'.repeat(32),
    redis: { address: '10.65.176.61:6379', password: 'p@ss' },
    use_external_ip: false,
    nat_1_to_1_ip: '10.65.177.20',
    sip_port: 5060,
    rtp_port: '10000-10399',
    media_timeout: '600s',
    health_port: 8083,
    prometheus_port: 6790,
    logging: { level: 'info', json: true },
  });
});

test('Redis comes with user, database and TLS as its URL has them', async () => {
  const { redis } = parse(await run({}, { CHECK_REDIS_URL: 'rediss://sip:a:b@redis.internal:6380/2' }));
  expect(redis).toEqual({
    address: 'redis.internal:6380',
    username: 'sip',
    password: 'a:b',
    db: 2,
    tls: { enabled: true },
  });
});

test('--vm writes the file for root alone and a unit that waits for calls, and tells what has to be open', async () => {
  const told = await run({ vm: dir, rtp: '20000-20099' }, { MAX_CALL_MS: '600000' });
  const file = join(dir, 'config.yaml');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(parse(readFileSync(file, 'utf8'))).toMatchObject({ rtp_port: '20000-20099' });
  expect(told).not.toContain('p@ss');
  expect(told).not.toContain('ssss');
  const lines = told.split('\n').filter((line) => line.startsWith('  UDP') || line.startsWith('  TCP'));
  expect(lines.map((line) => line.slice(2, line.indexOf(': from')))).toEqual([
    'UDP and TCP 5060',
    'UDP and TCP 5060, or its own',
    'UDP 20000-20099',
    'UDP, its RTP ports',
    'TCP 7880',
    'UDP 50000-60000',
    'TCP 6379',
  ]);
  const unit = readFileSync(join(dir, 'livekit-sip.service'), 'utf8');
  expect(unit).toContain('TimeoutStopSec=660');
  expect(unit).toContain('LoadCredential=config.yaml:/etc/livekit-sip/config.yaml');
});

test('systemd takes the unit', async ({ skip }) => {
  await run({ vm: dir });
  const unit = join(dir, 'livekit-sip.service');
  const answer = await promisify(execFile)('systemd-analyze', ['verify', unit]).then(
    ({ stderr }) => stderr,
    (error: { code: unknown; stderr: string }) => (error.code === 'ENOENT' ? undefined : error.stderr),
  );
  if (answer === undefined) return skip('no systemd here');
  // The program is on the machine beside the cluster.
  const faults = answer.split('\n').filter((line) => line.includes('livekit-sip.service'));
  expect(faults.filter((line) => !line.includes('/usr/local/bin/livekit-sip is not executable'))).toEqual([]);
});

test.each([
  [
    { address: '203.0.113.7' },
    {},
    /--address: got 203\.0\.113\.7; want the machine's IPv4 address .* 10\.0\.0\.0\/8/,
  ],
  [{ address: 'sip.example.com' }, {}, /--address: got sip\.example\.com/],
  [{ port: '0' }, {}, /--port: got 0; want a port, such as 5060/],
  [{ rtp: '10399-10000' }, {}, /--rtp: got 10399-10000; want a range of ports/],
  [{ rtp: '5000-5100' }, {}, /--rtp: got 5000-5100; want a range without 5060/],
  [{ media: 'all' }, {}, /--media: got all; want LiveKit’s UDP ports/],
  [{}, { CHECK_REDIS_URL: '' }, /CHECK_REDIS_URL: got \(not set\); want LiveKit’s Redis/],
  [
    {},
    { LIVEKIT_URL: 'ws://203.0.113.8:7880' },
    /LIVEKIT_URL: got ws:\/\/203\.0\.113\.8:7880; want an address of/,
  ],
  [
    {},
    { CHECK_REDIS_URL: 'redis://:secret@203.0.113.9' },
    /CHECK_REDIS_URL: got redis:\/\/…@203\.0\.113\.9;/,
  ],
])('%j with %j is refused by name, value and what is wanted', async (flags, settings, message) => {
  await expect(run(flags, settings)).rejects.toThrow(message);
});
