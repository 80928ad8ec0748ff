import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { settings } from '../../src/config/schema.ts';
import { find, type Manifest, type Rendering, render, SCENARIOS } from './chart.ts';
import { workload } from './pods.ts';

/** The configuration as the program in a pod understands it; secrets are what their files are named. */
function understood(manifests: readonly Manifest[], component: string) {
  const { container } = workload(manifests, component);
  const env = Object.fromEntries((container.env ?? []).map(({ name, value = '' }) => [name, value]));
  const { data = {} } = find(manifests, 'ConfigMap', 'va-config');
  const read = (path: string) => {
    if (path === '/etc/voice-agent/config/config.yaml') return data['config.yaml'];
    if (path.endsWith('/WEBHOOK_SECRET')) return `whsec_${Buffer.alloc(32).toString('base64')}`;
    return path.startsWith('/etc/voice-agent/secrets/') ? `${path}-long-enough-for-a-secret` : undefined;
  };
  return loadConfig({ env, read }, component === 'web' ? 'page' : 'all');
}

const withProgram = Object.entries(SCENARIOS).filter(
  ([name]) => !['defaults', 'emptied', 'livekit-only'].includes(name),
);

describe.each(withProgram)('%s', async (_name, scenario) => {
  const manifests = await render(scenario);

  test('worker, page and check understand their configuration', () => {
    expect(understood(manifests, 'agent')).toMatchObject({
      web: { enabled: false },
      agent: { healthHost: '0.0.0.0', healthPort: 8081 },
    });
    expect(understood(manifests, 'web')).toMatchObject({
      web: { host: '0.0.0.0', port: 8080, token: expect.stringContaining('WEB_TOKEN') },
    });
    expect(understood(manifests, 'check').livekit.apiSecret).toContain('/LIVEKIT_API_SECRET');
  });

  test('the grace period of the worker is its drain limit and a margin', () => {
    const { agent } = understood(manifests, 'agent');
    const { spec } = workload(manifests, 'agent');
    expect(spec.terminationGracePeriodSeconds).toBe(Math.ceil(agent.drainTimeoutMs / 1000) + 30);
  });
});

test('each credential of the page has its token in a file, from a Secret', async () => {
  const demo = { name: 'demo', existingSecret: 'demo-token', may: ['join'], rooms: ['demo-*'] };
  const shop = { name: 'shop', existingSecret: 'tokens', key: 'shop', may: ['dial'] };
  const manifests = await render({
    ...SCENARIOS['stunner-mixed'],
    values: { web: { credentials: [demo, shop] } },
  });
  const { web } = understood(manifests, 'web');
  expect(web.credentials).toEqual([
    {
      name: 'demo',
      tokenFile: '/etc/voice-agent/secrets/credential-demo',
      may: ['join'],
      rooms: ['demo-*'],
      prompts: ['*'],
    },
    {
      name: 'shop',
      tokenFile: '/etc/voice-agent/secrets/credential-shop',
      may: ['dial'],
      rooms: ['*'],
      prompts: ['*'],
    },
  ]);
  const volumes = workload(manifests, 'web').spec.volumes ?? [];
  const sources = volumes.find(({ name }) => name === 'secrets')?.projected?.sources ?? [];
  expect(sources.slice(-2).map(({ secret }) => [secret.name, secret.items])).toEqual([
    ['demo-token', [{ key: 'token', path: 'credential-demo' }]],
    ['tokens', [{ key: 'shop', path: 'credential-shop' }]],
  ]);
  expect(understood(manifests, 'agent').web.credentials).toEqual([]);
});

test('numbers stay whole, texts stay texts', async () => {
  const { stt, tts, log, agent } = understood(await render(SCENARIOS['stunner-mixed']), 'agent');
  expect(agent).toMatchObject({ maxCallMs: 3_600_000, maxCalls: 10 });
  expect({ ...stt, ...tts }).toMatchObject({ language: 'ms', voice: 'af_heart', format: 'wav', speed: 1.1 });
  expect(log).toEqual({ level: 'debug', pii: false });
});

test('limits that the chart states are the program’s own', async () => {
  const { agent } = loadConfig({
    env: {
      LIVEKIT_URL: 'ws://127.0.0.1',
      LIVEKIT_API_KEY: 'a',
      LIVEKIT_API_SECRET: 'b',
      OPENAI_BASE_URL: 'http://a',
    },
    read: () => undefined,
  });
  const { maxCalls, maxCallMs, drainTimeoutMs } = agent;
  const { data = {} } = find(await render(), 'ConfigMap');
  expect(data['config.yaml']).toContain(`drainTimeoutMs: ${drainTimeoutMs}`);
  expect(data['config.yaml']).toContain(`maxCallMs: ${maxCallMs}`);
  expect(data['config.yaml']).toContain(`maxCalls: ${maxCalls}`);
});

test('LiveKit’s addresses follow from what is installed', async () => {
  const livekit = async (rendering: Rendering | undefined) =>
    understood(await render(rendering), 'web').livekit;
  expect(await livekit(SCENARIOS['values-cce'])).toMatchObject({
    url: 'ws://livekit-server.livekit.svc',
    publicUrl: 'wss://voice.example.com',
  });
  expect(await livekit(SCENARIOS['existing-secrets'])).toMatchObject({
    publicUrl: 'wss://signal.example.com',
  });
  expect(await livekit(SCENARIOS['external-livekit'])).toMatchObject({
    url: 'wss://livekit.example.com',
    publicUrl: 'wss://voice.example.com',
  });
});

test('an edit of the configuration rolls worker and page; an edit of a prompt rolls nothing', async () => {
  const annotations = async (values: Record<string, unknown>) => {
    const manifests = await render({ files: ['ci/stunner-mixed-values.yaml'], values });
    return ['agent', 'web', 'livekit'].map((component) => workload(manifests, component).annotations);
  };
  const before = await annotations({});
  expect(await annotations({ prompts: { files: { 'default.md': 'Something else.' } } })).toEqual(before);
  const [agent, web, livekit] = await annotations({ agent: { config: { llm: { model: 'other' } } } });
  expect(agent?.['checksum/config']).not.toBe(before[0]?.['checksum/config']);
  expect(web?.['checksum/config']).not.toBe(before[1]?.['checksum/config']);
  expect(livekit).toEqual(before[2]);
});

test('prompts are mounted as a directory, word for word', async () => {
  const files = {
    'default.md': await readFile('prompts/default.md', 'utf8'),
    '_spoken-style.md': '"quoted" {{ braces }}\n',
  };
  const manifests = await render({ values: { prompts: { files } } });
  expect(find(manifests, 'ConfigMap', 'va-prompts').data).toEqual(files);
  const { container, spec } = workload(manifests, 'agent');
  expect(spec.volumes).toContainEqual({ name: 'prompts', configMap: { name: 'va-prompts' } });
  expect(container.volumeMounts).toContainEqual({
    name: 'prompts',
    mountPath: '/etc/voice-agent/prompts',
    readOnly: true,
  });
});

test('without prompts the image’s own are used', async () => {
  const { data = {} } = find(await render(), 'ConfigMap', 'va-config');
  expect(data['config.yaml']).not.toContain('promptsDir');
});

test('replicas are left to what scales', async () => {
  const replicas = async (name: string) =>
    find(await render(SCENARIOS[name]), 'Deployment', 'va-agent').spec?.replicas;
  expect(await Promise.all(['values-cce', 'scaled', 'keda'].map(replicas))).toEqual([
    1,
    undefined,
    undefined,
  ]);
  const { metrics } = find(await render(SCENARIOS.scaled), 'HorizontalPodAutoscaler').spec ?? {};
  expect(metrics).toEqual([
    {
      type: 'Pods',
      pods: {
        metric: { name: 'voice_agent_calls_active' },
        target: { type: 'AverageValue', averageValue: '14' },
      },
    },
  ]);
});

test('no secret of the program can be given but by agent.secrets and the values made for it', async () => {
  const schema = JSON.parse(await readFile('helm/values.schema.json', 'utf8'));
  const groups = Object.entries<Record<string, { secret?: boolean }>>(settings);
  for (const [group, members] of groups) {
    for (const [key, { secret }] of Object.entries(members)) {
      if (secret) expect(schema.definitions.config.properties[group].properties).not.toHaveProperty(key);
    }
  }
});
