import { describe, expect, test } from 'vitest';
import { find, type Manifest, render, SCENARIOS } from './chart.ts';
import { selects, workload, workloadsOf } from './pods.ts';

interface Peer {
  podSelector?: { matchLabels: Record<string, string> };
  namespaceSelector?: { matchExpressions?: { values: string[] }[] };
  ipBlock?: { cidr: string };
}

interface Rule {
  ports?: { protocol: string; port: number; endPort?: number }[];
  from?: Peer[];
  to?: Peer[];
}

interface Policy {
  podSelector: { matchLabels: Record<string, string> };
  policyTypes: string[];
  ingress: Rule[];
  egress: Rule[];
}

const policy = (manifests: readonly Manifest[], name: string) =>
  find(manifests, 'NetworkPolicy', name).spec as unknown as Policy;

/** A rule in a line: `TCP 7880 ← va/agent, gateways`. */
function inWords({ ports = [], from, to }: Rule): string {
  const doors = ports.map(
    ({ protocol, port, endPort }) => `${protocol} ${port}${endPort && endPort !== port ? `-${endPort}` : ''}`,
  );
  const peers = (from ?? to)?.map(({ podSelector, namespaceSelector, ipBlock }) => {
    const labels = podSelector?.matchLabels;
    const named = labels?.['app.kubernetes.io/component'] ?? labels?.['stunner.l7mp.io/related-gateway-name'];
    return (
      named ?? ipBlock?.cidr ?? `ns ${namespaceSelector?.matchExpressions?.[0]?.values.join('+') ?? '*'}`
    );
  });
  return `${doors.join(', ')} ${from || !to ? '←' : '→'} ${peers?.join(', ') ?? 'anyone'}`;
}

describe('the HTTPS door', async () => {
  const { spec } = find(await render(SCENARIOS.monitored), 'HTTPRoute') as unknown as {
    spec: {
      hostnames: string[];
      parentRefs: object[];
      rules: {
        matches: { path: { value: string } }[];
        timeouts?: object;
        backendRefs: { name: string; port: number }[];
      }[];
    };
  };

  test('leads /rtc to LiveKit for as long as a call lasts, all else to the page; LiveKit’s API stays inside', () => {
    const leads = spec.rules.map(({ matches, backendRefs }) => [
      matches.map(({ path }) => path.value),
      backendRefs,
    ]);
    expect(leads).toEqual([
      [['/rtc'], [{ name: 'va-livekit', port: 80 }]],
      [['/'], [{ name: 'va-web', port: 80 }]],
    ]);
    expect(spec.rules[0]?.timeouts).toEqual({ request: '0s' });
    expect(spec).toMatchObject({
      hostnames: ['voice.example.com'],
      parentRefs: [{ name: 'envoy', namespace: 'gateways' }],
    });
  });

  test('has no LiveKit behind it where that is elsewhere', async () => {
    const elsewhere = find(await render(SCENARIOS['external-livekit']), 'HTTPRoute').spec as {
      rules: object[];
    };
    expect(elsewhere.rules).toHaveLength(1);
  });
});

const restricted = Object.entries(SCENARIOS).filter(([name]) =>
  [
    ...['stunner-split', 'monitored', 'coturn', 'livekit-only', 'external-livekit', 'emptied'],
    ...['values-cce', 'overrides', 'sip'],
  ].includes(name),
);

test.each(restricted)('%s: each pod has one policy, for both directions', async (_name, scenario) => {
  const manifests = await render(scenario);
  const policies = manifests
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map(({ spec }) => spec as unknown as Policy);
  for (const { title, labels } of workloadsOf(manifests)) {
    expect(
      policies.filter(({ podSelector }) => selects(podSelector.matchLabels, labels)),
      title,
    ).toHaveLength(1);
  }
  for (const { policyTypes, ingress, egress } of policies) {
    expect(policyTypes).toEqual(['Ingress', 'Egress']);
    for (const rule of [...ingress, ...egress]) expect(rule.ports?.length).toBeGreaterThan(0);
  }
});

test('pods reach what they need and nothing else', async () => {
  const manifests = await render(SCENARIOS.monitored);
  const lines = (name: string) => {
    const { ingress, egress } = policy(manifests, name);
    const dns = 'UDP 53, TCP 53 → ns kube-system, 169.254.20.10/32';
    const words = [...ingress, ...egress].map(inWords);
    expect(words).toContain(dns);
    return words.filter((line) => line !== dns);
  };
  expect(lines('va-agent')).toEqual([
    'TCP 8081 ← ns monitoring, check',
    'TCP 8081 ← web',
    'TCP 7880, TCP 7881, UDP 50000-60000 → livekit',
    'TCP 443, TCP 8000 → 10.65.200.0/24',
    'TCP 443, TCP 8090 → 10.65.201.0/24',
  ]);
  expect(lines('va-check')).toEqual([
    'TCP 7880, TCP 7881, UDP 50000-60000 → livekit',
    'TCP 443, TCP 8000 → 10.65.200.0/24',
    // The API, which `check.readCluster` lets it read.
    'TCP 443, TCP 5443, TCP 6443 ← anyone',
    'TCP 8081 → agent, web',
    'UDP 3478, TCP 3480 → va-udp',
  ]);
  expect(lines('va-web')).toEqual([
    'TCP 8080 ← ns gateways',
    'TCP 8081 ← ns monitoring, check',
    'TCP 8081 → agent',
    'TCP 7880 → livekit',
  ]);
  expect(lines('va-livekit')).toEqual([
    'TCP 7880 ← ns gateways, agent, web, check',
    'UDP 50000-60000, TCP 7881 ← agent, check, va-udp',
    'TCP 6789 ← ns monitoring, check',
    'UDP 1024-65535 → agent, check, va-udp',
  ]);
  expect(lines('va-relay-0')).toEqual([
    'UDP 3478, TCP 3480 ← anyone',
    'UDP 1024-65535 ← livekit',
    'TCP 8080 ← ns monitoring, check',
    'UDP 50000-60000 → livekit',
    'TCP 13478 → ns *',
  ]);
});

test('each Gateway’s pods have a policy, by the labels that STUNner gives them', async () => {
  const manifests = await render(SCENARIOS['stunner-split']);
  const labels = ['va-relay-0', 'va-relay-1'].map((name) => policy(manifests, name).podSelector.matchLabels);
  expect(labels.map((one) => one['stunner.l7mp.io/related-gateway-name'])).toEqual([
    'udp-gateway',
    'tcp-gateway',
  ]);
  for (const one of labels)
    expect(one).toMatchObject({ app: 'stunner', 'stunner.l7mp.io/related-gateway-namespace': 'livekit' });
});

test('networks without a relay of the chart’s can be let in to the media', async () => {
  const { ingress, egress } = policy(await render(SCENARIOS['livekit-only']), 'va-livekit');
  expect([...ingress, ...egress].map(inWords)).toContain(
    'UDP 50000-60000, TCP 7881 ← agent, check, 10.8.0.0/24',
  );
});

test('the ports of model endpoints follow from their URLs, their networks from a value', async () => {
  const baseUrls = {
    openai: { baseUrl: 'http://a:8000/v1' },
    stt: { baseUrl: 'https://b/v1' },
    deepgram: { baseUrl: 'ws://c:8080' },
    tts: { baseUrl: 'http://d/v1' },
  };
  const manifests = await render({
    values: { agent: { config: baseUrls }, networkPolicy: { enabled: true, modelCidrs: ['10.9.0.0/24'] } },
  });
  const models = policy(manifests, 'va-agent').egress.at(-1) ?? {};
  expect(models.ports?.map(({ port }) => port).toSorted((a, b) => a - b)).toEqual([80, 443, 8000, 8080]);
  expect(models.to).toEqual([{ ipBlock: { cidr: '10.9.0.0/24' } }]);
});

test('a model endpoint given by address needs no network, one in the cluster a namespace', async () => {
  const modelsOf = async (baseUrl: string, networkPolicy: object) => {
    const values = {
      agent: { config: { openai: { baseUrl } } },
      networkPolicy: { enabled: true, ...networkPolicy },
    };
    return inWords(policy(await render({ values }), 'va-agent').egress.at(-1) ?? {});
  };
  expect(await modelsOf('http://10.65.200.10:8000/v1', {})).toBe('TCP 8000 → 10.65.200.10/32');
  expect(await modelsOf('http://vllm.models:80/v1', { modelNamespaces: ['models'] })).toBe(
    'TCP 80 → ns models',
  );
});

test('workers and LiveKit are let out to the collector of traces, and to nobody for it where there is none', async () => {
  const rules = async (trace: object, networkPolicy: object = {}) => {
    const values = { agent: { config: { trace } }, networkPolicy: { enabled: true, ...networkPolicy } };
    const manifests = await render({ values });
    return ['va-agent', 'va-livekit'].map((name) => inWords(policy(manifests, name).egress.at(-1) ?? {}));
  };
  const both = (rule: string) => [rule, rule];
  expect(await rules({ endpoint: 'http://10.1.2.3:4318' })).toEqual(both('TCP 4318 → 10.1.2.3/32'));
  const named = { endpoint: 'http://jaeger.observe:4318' };
  expect(await rules(named, { collectorNamespaces: ['observe'] })).toEqual(both('TCP 4318 → ns observe'));
  expect(await rules(named)).toEqual(both('TCP 4318 ← anyone'));
  const off = await rules({ ...named, exporter: 'none' });
  expect(off.join()).not.toContain('4318');
});

test('further endpoints of a stage are let out to as the first is, with the keys that they name', async () => {
  const endpoints = [{ baseUrl: 'http://10.65.200.11:8088/v1', apiKeyEnv: 'LLM_API_KEY_2' }];
  const manifests = await render({
    values: {
      agent: {
        config: { llm: { baseUrl: 'http://10.65.200.10:8000/v1', endpoints } },
        secrets: { LLM_API_KEY_2: { value: 'of the second' } },
      },
      networkPolicy: { enabled: true },
    },
  });
  expect(inWords(policy(manifests, 'va-agent').egress.at(-1) ?? {})).toBe(
    'TCP 8000, TCP 8088 → 10.65.200.10/32, 10.65.200.11/32',
  );
  expect(workload(manifests, 'agent').container.env).toContainEqual({
    name: 'LLM_API_KEY_2_FILE',
    value: '/etc/voice-agent/secrets/LLM_API_KEY_2',
  });
});

test('other places for names, and rules of one’s own', async () => {
  const { agent, livekit } = Object.fromEntries(
    await Promise.all(
      ['agent', 'livekit'].map(async (name) => {
        const { egress } = policy(await render(SCENARIOS.overrides), `va-${name}`);
        return [name, egress.map(inWords)] as const;
      }),
    ),
  );
  expect(agent).toContain('UDP 5353, TCP 5353 → ns openshift-dns, 169.254.20.10/32');
  expect(livekit).toContain('TCP 26379 ← anyone');
  expect(livekit).toContain('TCP 443 ← anyone');
});
