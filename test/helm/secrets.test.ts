import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { find, type Manifest, refusal, render, SCENARIOS } from './chart.ts';
import { workload } from './pods.ts';

const LONG = 'x'.repeat(32);

const decoded = ({ data = {} }: Manifest) =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );

/** What each Secret of a rendering holds that must be nowhere else. */
const secretValues = (manifests: readonly Manifest[]) =>
  manifests
    .filter(({ kind }) => kind === 'Secret')
    .flatMap((secret) => Object.entries(decoded(secret)))
    .filter(([key]) => !['type', 'rotation', 'username'].includes(key))
    .map(([, value]) => value);

describe.each(Object.entries(SCENARIOS))('%s', async (_name, scenario) => {
  const manifests = await render(scenario);

  test('what a Secret holds stands nowhere else: no ConfigMap, argument, variable or annotation', () => {
    const elsewhere = JSON.stringify(manifests.filter(({ kind }) => kind !== 'Secret'));
    for (const value of secretValues(manifests)) {
      expect(elsewhere).not.toContain(value);
      expect(elsewhere).not.toContain(Buffer.from(value).toString('base64'));
    }
  });

  test('generated Secrets outlive the release, given ones go with it', () => {
    for (const secret of manifests.filter(({ kind }) => kind === 'Secret')) {
      const given = JSON.stringify(scenario.files ?? []).match(
        /rotation|static|stunner-mixed|scaled|livekit-only/,
      );
      if (!given)
        expect(secret.metadata.annotations, secret.metadata.name).toEqual({
          'helm.sh/resource-policy': 'keep',
        });
    }
  });
});

test('generated keys and secrets are long, and new at each rendering without a cluster', async () => {
  const scenario = SCENARIOS['values-cce'] ?? {};
  const [first, second] = await Promise.all([render(scenario), render(scenario)]);
  const { apiKey, apiSecret } = decoded(find(first, 'Secret', 'livekit-server-keys'));
  expect(apiKey).toMatch(/^API\w{12}$/);
  expect(apiSecret).toMatch(/^\w{48}$/);
  expect(decoded(find(first, 'Secret', 'va-turn'))).toEqual({
    type: 'ephemeral',
    secret: expect.stringMatching(/^\w{48}$/),
  });
  expect(decoded(find(first, 'Secret', 'va-web')).WEB_TOKEN).toMatch(/^\w{32}$/);
  expect(secretValues(first).filter((value) => secretValues(second).includes(value))).toEqual([]);
});

test('relay and LiveKit read one and the same Secret', async () => {
  const manifests = await render(SCENARIOS['values-cce']);
  expect(find(manifests, 'GatewayConfig').spec?.authRef).toEqual({ name: 'va-turn', namespace: 'livekit' });
  const { spec } = workload(manifests, 'livekit');
  expect(spec.volumes).toEqual([
    {
      name: 'turn',
      secret: { secretName: 'va-turn', defaultMode: 0o440, items: [{ key: 'secret', path: 'secret' }] },
    },
  ]);
});

test('static credentials are the seeds’ plain pair, by reference', async () => {
  const manifests = await render(SCENARIOS['static-credentials']);
  expect(decoded(find(manifests, 'Secret', 'va-turn'))).toEqual({
    type: 'static',
    username: 'user-1',
    password: 'a-password-for-all',
  });
  expect(workload(manifests, 'livekit').container.env).toContainEqual({
    name: 'TURN_PASSWORD',
    valueFrom: { secretKeyRef: { name: 'va-turn', key: 'password' } },
  });
});

test('existing Secrets are used as they are, and none is made beside them', async () => {
  const manifests = await render(SCENARIOS['existing-secrets']);
  expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  const mounted = (component: string) =>
    workload(manifests, component)
      .spec.volumes?.find(({ name }) => name === 'secrets')
      ?.projected?.sources.map(({ secret }) => [
        secret.name,
        ...(secret.items ?? []).flatMap(({ key, path }) => [key, path]),
      ]);
  const livekit = ['livekit-keys', 'apiKey', 'LIVEKIT_API_KEY', 'apiSecret', 'LIVEKIT_API_SECRET'];
  expect(mounted('agent')).toEqual([
    livekit,
    ['deepgram', 'DEEPGRAM_API_KEY', 'DEEPGRAM_API_KEY'],
    ['gpu-host', 'token', 'OPENAI_API_KEY'],
  ]);
  expect(mounted('web'), 'no key of a model').toEqual([livekit, ['page', 'password', 'WEB_TOKEN']]);
});

test.each([
  ['accept', 'apiKey', true],
  ['use', 'nextApiKey', true],
  ['none', 'apiKey', false],
])('rotation %s: agents sign with %s, LiveKit takes both pairs: %s', async (rotation, signsWith, both) => {
  const manifests = await render({
    files: ['ci/key-rotation-values.yaml'],
    values: { livekit: { keys: { rotation } } },
  });
  const sources = workload(manifests, 'agent').spec.volumes?.find(({ name }) => name === 'secrets')?.projected
    ?.sources;
  expect(sources?.[0]?.secret.items?.[0]).toEqual({ key: signsWith, path: 'LIVEKIT_API_KEY' });
  const livekit =
    workload(manifests, 'livekit').container.env?.find(({ name }) => name === 'LIVEKIT_CONFIG')?.value ?? '';
  expect(Object.entries(parse(livekit).keys)).toHaveLength(both ? 2 : 1);
  const { nextApiKey } = decoded(find(manifests, 'Secret', 'va-livekit-keys'));
  expect(nextApiKey !== undefined).toBe(both);
});

test('a new inline key rolls the pods that hold it, and no others', async () => {
  const roll = async (values: object) => {
    const manifests = await render({
      values: { turn: { provider: 'external', host: 'turn.example.com' }, ...values },
    });
    return ['agent', 'web', 'livekit'].map(
      (name) => workload(manifests, name).annotations['checksum/secrets'],
    );
  };
  const before = await roll({});
  const changed = async (values: object) => (await roll(values)).map((sum, index) => sum !== before[index]);
  expect(await changed({ web: { token: { value: LONG } } })).toEqual([false, true, false]);
  expect(await changed({ agent: { secrets: { LLM_API_KEY: { value: LONG } } } })).toEqual([
    true,
    false,
    false,
  ]);
  expect(await changed({ livekit: { keys: { apiKey: 'a', apiSecret: LONG } } })).toEqual([true, true, true]);
});

const stunner = { provider: 'stunner', host: '10.65.176.54' };
test.each([
  [
    { livekit: { keys: { existingSecret: 'a', apiKey: 'b', apiSecret: LONG } } },
    'livekit.keys has two sources',
  ],
  [{ livekit: { keys: { apiKey: 'b' } } }, 'livekit.keys has half a pair'],
  [{ livekit: { keys: { nextApiKey: 'b' } } }, 'livekit.keys has half a next pair'],
  [
    { livekit: { keys: { apiKey: 'b', apiSecret: LONG, rotation: 'use' } } },
    'give nextApiKey and nextApiSecret too',
  ],
  [
    { livekit: { keys: { apiKey: 'b', apiSecret: LONG.slice(16) } } },
    'livekit.keys.apiSecret has 16 characters: give at least 32',
  ],
  [{ turn: { ...stunner, auth: { existingSecret: 'a', secret: LONG } } }, 'turn.auth has two sources'],
  [
    { turn: { ...stunner, auth: { secret: 'short' } } },
    'turn.auth.secret has 5 characters: give at least 32',
  ],
  [
    { turn: { ...stunner, auth: { type: 'static', password: 'short' } } },
    'turn.auth.password has 5 characters',
  ],
  [{ turn: { ...stunner, auth: { type: 'static', secret: LONG } } }, 'turn.auth.type is "static"'],
  [{ turn: { ...stunner, auth: { username: 'a' } } }, 'turn.auth.type is "ephemeral"'],
  [{ web: { token: { value: LONG, existingSecret: 'a' } } }, 'web.token has two sources'],
  [{ web: { token: { value: 'short' } } }, 'web.token.value has 5 characters: give at least 24'],
  [
    { turn: { ...stunner, auth: { secret: `${LONG}\n` } } },
    'turn.auth.secret begins or ends with white space',
  ],
  [{ livekit: { keys: { apiKey: 'a', apiSecret: `${LONG} x` } } }, 'livekit.keys.apiSecret has a space'],
  [{ web: { token: { value: `${LONG}\u00e4` } } }, 'web.token.value has a space, a line break or a letter'],
  [
    { agent: { secrets: { OPENAI_API_KEY: { value: 'a\nb' } } } },
    'agent.secrets.OPENAI_API_KEY.value has a line break',
  ],
  [{ redis: { password: { value: 'a', existingSecret: 'b' } } }, 'redis.password has two sources'],
  [{ agent: { secrets: { OPENAI_API_KEY: {} } } }, 'agent.secrets.OPENAI_API_KEY needs exactly one source'],
  [
    { agent: { secrets: { STT_API_KEY: { value: 'a', existingSecret: 'b' } } } },
    'agent.secrets.STT_API_KEY needs exactly one source',
  ],
])('%j is refused: %s', async (values, sentence) => {
  const said = await refusal({ values });
  expect(said).toContain(sentence);
  expect(said).not.toContain(LONG);
});
