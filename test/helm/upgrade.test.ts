import { expect, test } from 'vitest';
import { find, type Manifest } from './chart.ts';
import { installOn, type Stored } from './fake-cluster.ts';

const MODELS = { agent: { config: { openai: { baseUrl: 'http://gpu-host:8000/v1' } } } };
const EXTERNAL_TURN = { turn: { provider: 'external', host: 'turn.example.com' } };

const keysOf = (stored: Stored, name = 'va-livekit-keys') =>
  Object.fromEntries(
    Object.entries(stored.get(name)?.data ?? {}).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString(),
    ]),
  );

const secret = (name: string, data: Record<string, string>): [string, Manifest] => [
  name,
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'livekit' },
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
  },
];

test('what was generated once is kept at every upgrade', async () => {
  const stored: Stored = new Map();
  await installOn(stored, { ...MODELS, ...EXTERNAL_TURN });
  const before = new Map(stored);
  expect(before.size).toBe(3);
  await installOn(stored, { ...MODELS, ...EXTERNAL_TURN });
  expect(stored).toEqual(before);
});

test('a rotation adds a pair, signs with it, and ends with it alone', async () => {
  const stored: Stored = new Map();
  const upgrade = (rotation: string) => installOn(stored, { ...MODELS, livekit: { keys: { rotation } } });
  await upgrade('none');
  const first = keysOf(stored);
  await upgrade('accept');
  const both = keysOf(stored);
  expect(both).toMatchObject({ apiKey: first.apiKey, apiSecret: first.apiSecret });
  await upgrade('use');
  expect(keysOf(stored)).toEqual({ ...both, rotation: 'use' });
  await upgrade('none');
  expect(keysOf(stored)).toEqual({
    rotation: 'none',
    apiKey: both.nextApiKey,
    apiSecret: both.nextApiSecret,
  });
  expect(both.nextApiKey).not.toBe(first.apiKey);
  await upgrade('none');
  expect(keysOf(stored).apiKey).toBe(both.nextApiKey);
});

test('LiveKit’s pods follow a rotation when the pairs that they take change, not when others sign with the next', async () => {
  const stored: Stored = new Map();
  const podsAt = async (rotation: string) => {
    const manifests = await installOn(stored, { ...MODELS, livekit: { keys: { rotation } } });
    return JSON.stringify(find(manifests, 'Deployment', 'va-livekit').spec);
  };
  const [before, accepting, using, after] = [
    await podsAt('none'),
    await podsAt('accept'),
    await podsAt('use'),
    await podsAt('none'),
  ];
  expect(accepting).not.toBe(before);
  expect(using).toBe(accepting);
  expect(after).not.toBe(using);
});

test('a rotation that is given up keeps the pair that everyone has', async () => {
  const stored: Stored = new Map();
  for (const rotation of ['none', 'accept', 'none'])
    await installOn(stored, { ...MODELS, livekit: { keys: { rotation } } });
  const { apiKey, nextApiKey } = keysOf(stored);
  expect([apiKey, nextApiKey]).toEqual([expect.stringMatching(/^API/), undefined]);
});

test('switching to static credentials leaves no shared secret behind', async () => {
  const stored: Stored = new Map();
  await installOn(stored, { ...MODELS, ...EXTERNAL_TURN });
  await installOn(stored, { ...MODELS, turn: { ...EXTERNAL_TURN.turn, auth: { type: 'static' } } });
  expect(Object.keys(keysOf(stored, 'va-turn')).toSorted()).toEqual(['password', 'type', 'username']);
});

test('an existing Secret that is there is looked into; one that comes later is waited for', async () => {
  const values = { ...MODELS, livekit: { keys: { existingSecret: 'keys' } } };
  await expect(installOn(new Map(), values)).resolves.not.toEqual([]);
  const short = new Map([secret('keys', { apiKey: 'a', apiSecret: 'sixteen-letters-' })]);
  await expect(installOn(short, values)).rejects.toThrow(
    'Secret keys (livekit.keys.existingSecret) has 16 characters in its key apiSecret: give at least 32, such as from `openssl rand -hex 24`.',
  );
  const nameless = new Map([secret('keys', { apiSecret: 'x'.repeat(32) })]);
  await expect(installOn(nameless, values)).rejects.toThrow('has 0 characters in its key apiKey');
  const page = { ...MODELS, web: { token: { existingSecret: 'page' } } };
  await expect(installOn(new Map([secret('page', { WEB_TOKEN: 'x'.repeat(23) })]), page)).rejects.toThrow(
    'has 23 characters in its key WEB_TOKEN: give at least 24',
  );
  const named = { name: 'demo', existingSecret: 'demo', may: ['join'] };
  const credentials = { ...MODELS, web: { credentials: [named] } };
  await expect(installOn(new Map([secret('demo', { token: 'x'.repeat(23) })]), credentials)).rejects.toThrow(
    'Secret demo (web.credentials: demo) has 23 characters in its key token',
  );
  const good = new Map([secret('keys', { apiKey: 'a', apiSecret: 'x'.repeat(32) })]);
  await expect(installOn(good, values)).resolves.not.toEqual([]);
});

const LONG = 'x'.repeat(32);
const RELAY = { turn: { provider: 'stunner', host: '10.65.176.54', auth: { existingSecret: 'relay' } } };
const KEYS = { livekit: { keys: { existingSecret: 'keys' } } };

test.each([
  ['a line break at the end of a shared secret', RELAY, secret('relay', { secret: `${LONG}\n` })],
  [
    'a colon in a name for coturn',
    {
      turn: { provider: 'coturn', host: 'a', auth: { type: 'static', existingSecret: 'relay' } },
      coturn: { peerCidrs: ['10.244.0.0/16'] },
    },
    secret('relay', { username: 'a:b', password: LONG }),
  ],
  ['a line break in the middle', KEYS, secret('keys', { apiKey: 'a', apiSecret: `${LONG}\nx` })],
  ['a letter beyond ASCII', KEYS, secret('keys', { apiKey: 'ä', apiSecret: LONG })],
  ['white space alone', KEYS, secret('keys', { apiKey: 'a', apiSecret: ' '.repeat(40) })],
  [
    'a space in a token of the page',
    { web: { token: { existingSecret: 'page' } } },
    secret('page', { WEB_TOKEN: `${LONG} x` }),
  ],
  [
    'a line break in the password of Redis',
    { redis: { address: 'redis:6379', password: { existingSecret: 'redis' } } },
    secret('redis', { password: 'one\ntwo' }),
  ],
])('%s of an existing Secret is refused, and not shown', async (_, values, stored) => {
  const said = await installOn(new Map([stored]), { ...MODELS, ...values }).catch(({ message }) => message);
  expect(said).toMatch(/ {2}- Secret \w+ \([\w.]+\) (has|begins or ends) .* in its key \w+.*\.$/m);
  expect(said).not.toContain(LONG);
});

test.each([
  ['a line break at the end', KEYS, secret('keys', { apiKey: 'a\n', apiSecret: `${LONG}\n` })],
  ['quotes and backslashes', KEYS, secret('keys', { apiKey: 'a"\\', apiSecret: `"\\${LONG}` })],
  [
    'a password of Redis in two words',
    { redis: { address: 'redis:6379', password: { existingSecret: 'redis' } } },
    secret('redis', { password: 'zwölf Wörter' }),
  ],
])('%s are taken as they are meant', async (_, values, stored) => {
  await expect(installOn(new Map([stored]), { ...MODELS, ...values })).resolves.not.toEqual([]);
});

test('a cluster without the custom definitions refuses, in a sentence', async () => {
  const stunner = { provider: 'stunner', host: '10.65.176.54' };
  await expect(installOn(new Map(), { ...MODELS, turn: stunner }, ['--validate'])).rejects.toThrow(
    /The cluster has no stunner\.l7mp\.io\/v1\/UDPRoute, .*: install the STUNner gateway operator/,
  );
});
