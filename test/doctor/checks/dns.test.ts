import { expect, test } from 'vitest';
import { configuredNames } from '../../../src/doctor/checks/configured-names.ts';
import { dns, type Named } from '../../../src/doctor/checks/dns.ts';
import type { InsideContext } from '../../../src/doctor/inside-context.ts';
import { configFrom } from '../../helpers/config.ts';
import { inside } from '../../helpers/inside.ts';

const V4 = { address: '10.0.0.4', family: 4 };
const V6 = { address: '2001:db8::4', family: 6 };
const HOSTS = '127.0.0.1 localhost\n# 10.0.0.9 lk.example.com\n10.0.0.4\tLK.example.com lk # ours\n';

function run(names: readonly Named[], known: Record<string, (typeof V4)[]>, hosts = '') {
  const means = inside();
  const parts = {
    lookup: async (host: string) => known[host] ?? Promise.reject(new Error('ENOTFOUND')),
    hosts: async () => hosts,
  };
  return { seen: means.seen, found: dns<InsideContext>(() => names, parts).run(means) };
}
const LK = { host: 'lk.example.com', from: 'LIVEKIT_URL' };

test('every name is told once, with its addresses and the settings that have it', async () => {
  const again = { ...LK, from: 'LIVEKIT_PUBLIC_URL' };
  const { found } = run([LK, again, { host: '10.0.0.5', from: 'TURN_URLS' }], { [LK.host]: [V4, V6] });
  expect(await found).toEqual({
    ...{ verdict: 'ok', fix: '' },
    evidence: 'lk.example.com (LIVEKIT_URL, LIVEKIT_PUBLIC_URL): 10.0.0.4, 2001:db8::4',
  });
});

test('a name without an address fails with the setting and the name server, and is kept for later hops', async () => {
  const { found, seen } = run([LK], {});
  expect(await found).toMatchObject({
    verdict: 'fail',
    evidence: 'lk.example.com (LIVEKIT_URL): no address',
    fix: expect.stringMatching(/^correct LIVEKIT_URL, or give lk\.example\.com an A record/),
  });
  expect(seen.unresolved).toEqual(new Set(['lk.example.com']));
});

test('a name that callers alone ask for may be unknown here', async () => {
  const { found } = run([LK, { host: 'voice.example.com', from: 'LIVEKIT_PUBLIC_URL' }], { [LK.host]: [V4] });
  expect(await found).toMatchObject({
    verdict: 'warn',
    fix: expect.stringContaining('nslookup voice.example.com'),
  });
});

test('a name from /etc/hosts is warned of, with the line to remove', async () => {
  const { found } = run([LK], { [LK.host]: [V4] }, HOSTS);
  expect(await found).toMatchObject({
    verdict: 'warn',
    evidence: 'lk.example.com (LIVEKIT_URL): 10.0.0.4 by /etc/hosts, line 3',
    fix: expect.stringContaining('remove line 3 from /etc/hosts'),
  });
});

test('a name with IPv6 alone is warned of', async () => {
  const { found } = run([LK], { [LK.host]: [V6] });
  expect(await found).toMatchObject({ verdict: 'warn', fix: expect.stringContaining('an A record too') });
});

test('the names are those of LiveKit, relays, models and readiness; behind a proxy its own', () => {
  const env = {
    ...{ LIVEKIT_URL: 'wss://lk.example.com', LIVEKIT_API_SECRET: 's'.repeat(32) },
    ...{ TURN_URLS: 'turn:[2001:db8::1]:3478,turn:turn.example.com:3478', TURN_SECRET: 't' },
    ...{ OPENAI_BASE_URL: 'http://gpu.example.com/v1', HTTP_PROXY: 'http://proxy.example.com:3128' },
  };
  const names = configuredNames(configFrom(env));
  expect([...new Set(names.map(({ host, from }) => `${from} ${host}`))]).toEqual([
    'LIVEKIT_URL lk.example.com',
    'LIVEKIT_PUBLIC_URL lk.example.com',
    'TURN_URLS 2001:db8::1',
    'TURN_URLS turn.example.com',
    'HTTPS_PROXY or HTTP_PROXY proxy.example.com',
  ]);
});

test('a name that nobody can have is asked for really', async () => {
  const means = inside();
  const real = dns<InsideContext>(() => [{ host: 'no-such-name.invalid', from: 'LIVEKIT_URL' }]);
  expect(await real.run(means)).toMatchObject({ verdict: 'fail' });
});
