import { describe, expect, test } from 'vitest';
import { find, type Manifest, render, renderText, SCENARIOS } from './chart.ts';
import { envOf, selects, workload } from './pods.ts';

const of = (manifests: readonly Manifest[], kind: string) => manifests.filter((one) => one.kind === kind);

const MIXED = 'stunner.l7mp.io/enable-mixed-protocol-lb';

describe('the seeds’ cluster', async () => {
  const manifests = await render(SCENARIOS['values-cce']);

  test('has one Gateway for UDP 3478 and TCP 3480, at the load balancer’s address', () => {
    const { metadata, spec } = find(manifests, 'Gateway');
    expect(metadata.name).toBe('udp-gateway');
    expect(spec).toEqual({
      gatewayClassName: 'livekit.va',
      addresses: [{ type: 'IPAddress', value: '10.65.176.54' }],
      listeners: [
        { name: 'udp', port: 3478, protocol: 'TURN-UDP' },
        { name: 'tcp', port: 3480, protocol: 'TURN-TCP' },
      ],
    });
  });

  test('shares the load balancer by its id, with checks that fit each protocol', () => {
    const { annotations = {} } = find(manifests, 'Gateway').metadata;
    expect(annotations).toMatchObject({
      'kubernetes.io/elb.id': 'ad1bb119-0000-0000-0000-000000aed11c',
      'kubernetes.io/elb.class': 'performance',
      'kubernetes.io/elb.session-affinity-mode': 'SOURCE_IP',
      'kubernetes.io/elb.health-check-flag': 'on',
    });
    expect(JSON.parse(annotations['kubernetes.io/elb.health-check-options'] ?? '')).toEqual([
      { target_service_port: 'UDP:3478', protocol: 'UDP' },
      { target_service_port: 'TCP:3480', protocol: 'TCP' },
    ]);
  });

  test('relays to LiveKit’s pods, draining ones too, and to the media ports only', () => {
    const { metadata, spec } = find(manifests, 'UDPRoute');
    expect(metadata.name).toBe('livekit-media-plane');
    expect(spec).toEqual({
      parentRefs: [{ name: 'udp-gateway' }],
      rules: [
        {
          backendRefs: [
            { name: 'livekit-server-media', namespace: 'livekit', port: 50_000, endPort: 60_000 },
          ],
        },
      ],
    });
    const service = find(manifests, 'Service', 'livekit-server-media').spec as {
      selector: Record<string, string>;
    };
    expect(service).toMatchObject({ publishNotReadyAddresses: true });
    expect(selects(service.selector, workload(manifests, 'livekit').labels)).toBe(true);
  });

  test('signals through Service livekit-server, 80 to 7880, with metrics on 6789', () => {
    const { spec } = find(manifests, 'Service', 'livekit-server');
    expect(spec?.type).toBeUndefined();
    expect(spec?.ports).toEqual([
      { name: 'http', port: 80, targetPort: 'http' },
      { name: 'metrics', port: 6789, targetPort: 'metrics' },
    ]);
  });

  test('GatewayClass, GatewayConfig, Dataplane and Secret lead to each other', () => {
    const config = find(manifests, 'GatewayConfig');
    const { parametersRef } = find(manifests, 'GatewayClass').spec as { parametersRef: object };
    expect(parametersRef).toMatchObject({
      kind: 'GatewayConfig',
      name: config.metadata.name,
      namespace: 'livekit',
    });
    const dataplane = find(manifests, 'Dataplane');
    expect(config.spec?.dataplane).toBe(dataplane.metadata.name);
    expect(dataplane.spec).toMatchObject({
      image: 'docker.io/l7mp/stunnerd:1.2.1',
      terminationGracePeriodSeconds: 3660,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containerSecurityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    });
    expect(dataplane.spec?.hostNetwork).toBeUndefined();
  });
});

test('the mixed-protocol annotation is a text, and stands only where both protocols share a Gateway', async () => {
  expect(await renderText(SCENARIOS['values-cce'])).toContain(`${MIXED}: "true"`);
  const annotationsOf = async (values: Record<string, unknown>) =>
    of(await render({ values }), 'Gateway').map(({ metadata }) => metadata.annotations);
  const turn = { provider: 'stunner', host: '10.65.176.54' };
  expect(await annotationsOf({ turn: { ...turn, tcpPort: 0 } })).toEqual([undefined]);
  expect(await annotationsOf({ turn, stunner: { layout: 'split' } })).toEqual([undefined, undefined]);
});

test('split, each protocol has a Gateway of its own on the same load balancer', async () => {
  const manifests = await render(SCENARIOS['stunner-split']);
  const gateways = of(manifests, 'Gateway');
  expect(gateways.map(({ metadata, spec }) => [metadata.name, spec?.listeners])).toEqual([
    ['udp-gateway', [{ name: 'udp', port: 3478, protocol: 'TURN-UDP' }]],
    ['tcp-gateway', [{ name: 'tcp', port: 3480, protocol: 'TURN-TCP' }]],
  ]);
  const checks = gateways.map(({ metadata }) =>
    JSON.parse(metadata.annotations?.['kubernetes.io/elb.health-check-options'] ?? ''),
  );
  expect(checks).toEqual([
    [{ target_service_port: 'UDP:3478', protocol: 'UDP' }],
    [{ target_service_port: 'TCP:3480', protocol: 'TCP' }],
  ]);
  for (const { metadata } of gateways) {
    expect(metadata.annotations).toMatchObject({
      'kubernetes.io/elb.id': 'ad1bb119-0000-0000-0000-000000aed11c',
      'kubernetes.io/elb.class': 'union',
      'kubernetes.io/elb.lb-algorithm': 'ROUND_ROBIN',
    });
  }
  expect(find(manifests, 'UDPRoute').spec).toMatchObject({
    parentRefs: [{ name: 'udp-gateway' }, { name: 'tcp-gateway' }],
    rules: [{ backendRefs: [{ port: 7882, endPort: 7882 }] }],
  });
});

test('relays are spread, and placed as they are told', async () => {
  const spreadOver = (topologyKey: string) => [
    {
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: {
        matchLabels: { app: 'stunner', 'stunner.l7mp.io/related-gateway-namespace': 'livekit' },
      },
    },
  ];
  expect(find(await render(SCENARIOS['values-cce']), 'Dataplane').spec).toMatchObject({
    topologySpreadConstraints: spreadOver('kubernetes.io/hostname'),
  });
  expect(find(await render(SCENARIOS.scaled), 'Dataplane').spec).toMatchObject({
    topologySpreadConstraints: spreadOver('topology.kubernetes.io/zone'),
    tolerations: [{ key: 'voice' }],
    affinity: { nodeAffinity: expect.anything() },
  });
});

test('names of cluster-wide objects are of one namespace and release only', async () => {
  const nameOf = async (rendering: object) =>
    find(await render({ ...SCENARIOS['stunner-mixed'], ...rendering }), 'GatewayClass').metadata.name;
  expect(await nameOf({ release: 'a-b', namespace: 'x' })).toBe('x.a-b');
  expect(await nameOf({ release: 'b', namespace: 'x-a' })).toBe('x-a.b');
  const [one, other] = ['one', 'two'].map((end) => `a-release-with-a-name-of-over-forty-letters-${end}`);
  expect(await nameOf({ release: one })).not.toBe(await nameOf({ release: other }));
});

test('a relay named by host has no address to pin', async () => {
  expect(find(await render(SCENARIOS.emptied), 'Gateway').spec?.addresses).toBeUndefined();
});

test('another LiveKit’s Service can be relayed to, by an existing class and data plane', async () => {
  const manifests = await render({
    values: {
      agent: { enabled: false },
      web: { enabled: false },
      livekit: { enabled: false, keys: { existingSecret: 'a' } },
      turn: { provider: 'stunner', host: '10.65.176.54' },
      stunner: {
        backend: { name: 'sfu', namespace: 'media' },
        gatewayClass: { create: false, name: 'shared' },
        dataplane: { create: false, name: 'default' },
      },
    },
  });
  expect(find(manifests, 'UDPRoute').spec).toMatchObject({
    rules: [{ backendRefs: [{ name: 'sfu', namespace: 'media' }] }],
  });
  expect(find(manifests, 'Gateway').spec?.gatewayClassName).toBe('shared');
  expect(manifests.map(({ kind }) => kind).toSorted()).toEqual([
    'Gateway',
    'Secret',
    'ServiceAccount',
    'UDPRoute',
  ]);
});

test.each([
  [
    'values-cce',
    'turn:udp-gateway.livekit.svc:3478?transport=udp,turn:udp-gateway.livekit.svc:3480?transport=tcp',
  ],
  [
    'stunner-split',
    'turn:udp-gateway.livekit.svc:3478?transport=udp,turn:tcp-gateway.livekit.svc:3480?transport=tcp',
  ],
  ['coturn', 'turn:va-coturn.livekit.svc:3478?transport=udp,turn:va-coturn.livekit.svc:3478?transport=tcp'],
])(
  'the check of %s asks the relay at its Service: the load balancer cannot be seen from inside',
  async (name, urls) => {
    const manifests = await render(SCENARIOS[name]);
    expect(envOf(workload(manifests, 'check').container, 'TURN_URLS')).toBe(urls);
  },
);
