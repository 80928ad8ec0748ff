import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readSetup } from '../../src/phone/read-setup.ts';
import { find, type Manifest, refusal, render, SCENARIOS } from './chart.ts';
import { installOn, type Stored } from './fake-cluster.ts';
import { envOf, selects, workload } from './pods.ts';

const MODELS = { agent: { config: { openai: { baseUrl: 'http://10.65.200.10:8000/v1' } } } };
const REDIS = { redis: { address: 'redis:6379' } };

const on = (sip: object = {}, more: object = {}) => ({ sip: { enabled: true, ...sip }, ...REDIS, ...more });

const configOf = (manifests: readonly Manifest[]) =>
  parse(envOf(workload(manifests, 'sip').container, 'SIP_CONFIG_BODY') ?? '');

/** Sentences of a refusal by the guards. */
const sentences = async (values: Record<string, unknown>) =>
  (await refusal({ values })).split('\n').flatMap((line) => line.match(/^ {2}- (.*)/)?.slice(1) ?? []);

describe('the SIP service', async () => {
  const manifests = await render(SCENARIOS.sip);

  test('has LiveKit’s Redis, LiveKit’s keys, and a private address of its own', () => {
    const { redis, ...rest } = configOf(manifests);
    expect(rest).toEqual({
      ws_url: 'ws://va-livekit.livekit.svc',
      sip_port: 5060,
      rtp_port: '10000-10399',
      use_external_ip: false,
      nat_1_to_1_ip: '$(OWN_IP)',
      health_port: 8083,
      prometheus_port: 6790,
      media_timeout: '600s',
      logging: { level: 'info', json: true },
      codecs: { 'G722/8000': false },
      max_cpu_utilization: 0.8,
    });
    const livekit = parse(envOf(workload(manifests, 'livekit').container, 'LIVEKIT_CONFIG') ?? '');
    expect(redis).toEqual(livekit.redis);
    expect(redis).toMatchObject({ address: 'va-redis:6379', password: '$(REDIS_PASSWORD)' });
    const { env } = workload(manifests, 'sip').container;
    const keys = { name: 'va-livekit-keys', key: 'apiSecret' };
    expect(env).toContainEqual({ name: 'LIVEKIT_API_SECRET', valueFrom: { secretKeyRef: keys } });
    expect(env).toContainEqual({
      name: 'OWN_IP',
      valueFrom: { fieldRef: { fieldPath: 'status.podIP' } },
    });
  });

  test('signs with the next key pair once LiveKit’s rotation says so', async () => {
    const rotated = { files: ['ci/sip-values.yaml'], values: { livekit: { keys: { rotation: 'use' } } } };
    expect(workload(await render(rotated), 'sip').container.env).toContainEqual({
      name: 'LIVEKIT_API_KEY',
      valueFrom: { secretKeyRef: { name: 'va-livekit-keys', key: 'nextApiKey' } },
    });
  });

  test('is told who called: the load balancer leaves the caller’s address, of its pods alone', () => {
    const { spec } = find(manifests, 'Service', 'va-sip');
    expect(spec).toMatchObject({
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      ports: [{ port: 5060, protocol: 'UDP' }],
    });
  });

  test('waits for its calls, and while it does or is busy it is not ended, only left out', () => {
    const { spec, container } = workload(manifests, 'sip');
    expect(spec.terminationGracePeriodSeconds).toBe(3660);
    expect(container.livenessProbe).toMatchObject({ tcpSocket: { port: 'health' } });
    expect(container.readinessProbe).toMatchObject({ httpGet: { path: '/', port: 'health' } });
  });

  test('gets its trunks and numbers by a hook, passwords from Secrets alone, in words that the program takes', () => {
    const job = find(manifests, 'Job', 'va-sip-setup');
    expect(job.metadata.annotations?.['helm.sh/hook']).toBe('post-install,post-upgrade');
    const { container } = workload(manifests, 'sipsetup');
    const file = '/etc/voice-agent/phone/phone.yaml';
    expect(container.args).toEqual(['dist/main.js', 'sip', 'apply', file]);
    expect(container.env).toContainEqual({
      name: 'NUBITEL_PASSWORD',
      valueFrom: { secretKeyRef: { name: 'nubitel', key: 'password' } },
    });
    const setup = readSetup(file, find(manifests, 'ConfigMap', 'va-sip-setup').data?.['phone.yaml'] ?? '');
    expect(Object.keys(setup.numbers)).toEqual(['+60312345678']);
  });

  test('is asked by the check at its Service', () => {
    expect(envOf(workload(manifests, 'check').container, 'CHECK_SIP_URL')).toBe(
      'sip:va-sip.livekit.svc:5060',
    );
    const { egress } = find(manifests, 'NetworkPolicy', 'va-check').spec as { egress: { ports: object[] }[] };
    expect(egress.flatMap(({ ports }) => ports)).toContainEqual({ protocol: 'UDP', port: 5060 });
  });

  test('is measured', () => {
    const { selector, podMetricsEndpoints } = find(manifests, 'PodMonitor', 'va-sip').spec as {
      selector: { matchLabels: Record<string, string> };
      podMetricsEndpoints: { port: string }[];
    };
    const { labels, container } = workload(manifests, 'sip');
    expect(selects(selector.matchLabels, labels)).toBe(true);
    expect(container.ports?.map(({ name }) => name)).toContain(podMetricsEndpoints[0]?.port);
  });

  test('talks to SIP peers, LiveKit and Redis, and to no relay', () => {
    const { ingress, egress } = find(manifests, 'NetworkPolicy', 'va-sip').spec as {
      ingress: object[];
      egress: object[];
    };
    const peer = { ipBlock: { cidr: '10.65.178.0/24' } };
    const check = expect.objectContaining({ podSelector: expect.anything() });
    expect(ingress.slice(0, 2)).toEqual([
      {
        ports: [
          { protocol: 'UDP', port: 5060 },
          { protocol: 'TCP', port: 5060 },
        ],
        from: [peer, check],
      },
      { ports: [{ protocol: 'UDP', port: 10_000, endPort: 10_399 }], from: [peer, check] },
    ]);
    expect(egress).toHaveLength(4);
    expect(egress.at(-1)).toMatchObject({ to: [peer, check] });
  });

  test('and those on a VM reach signalling, media and Redis', () => {
    const vm = { ipBlock: { cidr: '10.65.177.20/32' } };
    const fromOf = (name: string) =>
      (find(manifests, 'NetworkPolicy', name).spec as { ingress: { from?: object[] }[] }).ingress.map(
        ({ from }) => from,
      );
    expect(fromOf('va-livekit').slice(0, 2)).toEqual([
      expect.arrayContaining([vm]),
      expect.arrayContaining([vm]),
    ]);
    expect(fromOf('va-redis')).toEqual([expect.arrayContaining([vm])]);
  });
});

test('an address in front of the pod is named in its place', async () => {
  const manifests = await render({ values: on({ address: '10.65.176.55' }) });
  expect(configOf(manifests).nat_1_to_1_ip).toBe('10.65.176.55');
  const names = workload(manifests, 'sip').container.env?.map(({ name }) => name);
  expect(names).not.toContain('OWN_IP');
});

test('on the node’s network it names the node’s address, and never waits for a second pod on the node', async () => {
  const manifests = await render({ values: on({ hostNetwork: true }) });
  const { spec, manifest, container } = workload(manifests, 'sip');
  expect(spec).toMatchObject({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' });
  expect(container.env).toContainEqual({
    name: 'OWN_IP',
    valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } },
  });
  expect(manifest.spec?.strategy).toEqual({ rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } });
});

test.each([
  [{ sip: { enabled: true } }, /^sip\.enabled is true: set redis\.address to .* redis\.bundled\.enabled/],
  [on({ rtpPortStart: 10_400 }), /^sip\.rtpPortStart is not below rtpPortEnd: give a range/],
  [
    on({ rtpPortEnd: 10_007 }),
    /^sip has RTP ports for 4 calls .*, and the workers take 10: raise sip\.rtpPortEnd to 10039 or more\.$/,
  ],
  [on({ port: 10_100 }), /^sip\.port 10100 is one of its RTP ports: give others/],
  [
    on({ address: '203.0.113.7' }),
    /^sip\.address 203\.0\.113\.7 is no private address: .*let the SIP proxy face other networks\.$/,
  ],
  [
    on({ address: '10.65.176.55', replicas: 2 }),
    /^sip\.address leads to one pod, and sip\.replicas is 2: leave address empty, or set replicas to 1\.$/,
  ],
  [
    on({ hostNetwork: true }, { networkPolicy: { enabled: true, modelCidrs: ['10.65.200.10/32'] } }),
    /: give the nodes' network in networkPolicy\.sipServiceCidrs, such as /,
  ],
  [
    { redis: { bundled: { enabled: true }, address: 'redis:6379' } },
    /^redis has several places: keep one of bundled\.enabled, address/,
  ],
  [
    { sip: { setup: { country: 60 } } },
    /^sip\.setup is given, and LiveKit takes trunks only with a Redis: set redis\.address/,
  ],
  [
    { sip: { setup: { inbound: { a: { auth: { password: 'x' } } } } }, ...REDIS },
    /^sip\.setup holds a password, and stands in a ConfigMap: name a variable in passwordEnv/,
  ],
  [
    { redis: { bundled: { enabled: true }, tls: true } },
    /^redis\.bundled has no TLS, user or database but the first: leave /,
  ],
  [
    {
      redis: { bundled: { enabled: true } },
      livekit: { enabled: false, keys: { existingSecret: 'a' } },
      agent: { config: { livekit: { url: 'ws://a' } } },
    },
    /: a LiveKit elsewhere has a Redis of its own; set redis\.address to that\.$/,
  ],
])('%j is refused with one sentence that says what to do', async (values, sentence) => {
  expect(await sentences(values)).toEqual([expect.stringMatching(sentence)]);
});

test.each(['baseline', 'restricted'])(
  'a namespace that enforces Pod Security %s refuses the node’s network, and says why',
  async (level) => {
    const namespace: Manifest = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'livekit', labels: { 'pod-security.kubernetes.io/enforce': level } },
    };
    const stored: Stored = new Map([['namespace/livekit', namespace]]);
    await expect(installOn(stored, on({ hostNetwork: true }, MODELS))).rejects.toThrow(
      `sip.hostNetwork is true, and namespace livekit enforces Pod Security "${level}", which forbids it: kubectl label namespace livekit pod-security.kubernetes.io/enforce=privileged`,
    );
  },
);

test('any other takes it', async () => {
  await expect(installOn(new Map(), on({ hostNetwork: true }, MODELS))).resolves.not.toEqual([]);
});

test.each([
  [{ sip: { config: { rtp_port: '1-2' } } }, "additional properties 'rtp_port' not allowed"],
  [{ sip: { config: { use_external_ip: true } } }, "additional properties 'use_external_ip' not allowed"],
  [{ sip: { address: 'sip.example.com' } }, "at '/sip/address'"],
  [{ sip: { service: { protocols: [] } } }, "at '/sip/service/protocols'"],
  [{ sip: { config: { max_cpu_utilization: 100 } } }, "at '/sip/config/max_cpu_utilization'"],
])('the schema refuses %j', async (values, sentence) => {
  expect(await refusal({ values })).toContain(sentence);
});

test('whatever the password of the bundled Redis is made of, Redis has it, and no list of processes', async () => {
  const odd = `a "b" \\c $(id) 'd' \`e\` #`;
  const manifests = await render({ values: { redis: { bundled: { enabled: true } } } });
  const { command = [], args = [] } = workload(manifests, 'redis').container;
  const [shell = '', ...options] = command;
  // In place of redis-server: what it would read.
  const script = args.join('\n').replace('redis-server -', 'cat');
  const env = { ...process.env, REDIS_PASSWORD: odd };
  const { stdout } = await promisify(execFile)(shell, [...options, script], { env });
  const quoted = stdout.match(/^requirepass "(.*)"$/m)?.[1] ?? '';
  expect(quoted.replace(/\\(["\\])/g, '$1')).toBe(odd);
  expect(JSON.stringify([command, args])).not.toContain(odd);
});
