import { describe, expect, test } from 'vitest';
import { find, refusal, render, SCENARIOS } from './chart.ts';
import { selects, workload } from './pods.ts';

const COTURN = { provider: 'coturn', host: 'turn.example.com' };
const PODS = { peerCidrs: ['10.244.0.0/16'] };

interface Policy {
  podSelector: { matchLabels: Record<string, string> };
  policyTypes: string[];
  egress: { ports: object[]; to: object[] }[];
}

const configOf = async (values: Record<string, unknown>) =>
  find(await render({ values }), 'ConfigMap', 'va-coturn').data?.['turnserver.conf'] ?? '';

test('coturn stands behind the doors that clients are told', async () => {
  const manifests = await render(SCENARIOS.coturn);
  const { ports } = find(manifests, 'Service', 'va-coturn').spec as {
    ports: { port: number; targetPort: string }[];
  };
  expect(ports.map(({ port, targetPort }) => [port, targetPort])).toEqual([
    [3478, 'udp'],
    [3478, 'tcp'],
    [443, 'tls'],
  ]);
});

test('coturn relays to the pods’ network, over UDP, and to nothing else in IPv4 or IPv6', async () => {
  const config = await configOf({ turn: COTURN, coturn: { peerCidrs: ['10.244.0.0/16', '172.20.3.0/24'] } });
  expect(config.match(/^(allowed|denied)-peer-ip=.*/gm)).toEqual([
    'denied-peer-ip=0.0.0.0-255.255.255.255',
    'denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    'denied-peer-ip=::ffff:0.0.0.0-::ffff:255.255.255.255',
    'allowed-peer-ip=10.244.0.0-10.244.255.255',
    'allowed-peer-ip=172.20.3.0-172.20.3.255',
  ]);
  expect(config).toMatch(/^no-tcp-relay$/m);
  expect(config).toMatch(/^no-multicast-peers$/m);
});

test('without a network of peers coturn is refused', async () => {
  expect(await refusal({ values: { turn: COTURN } })).toContain(
    'coturn.peerCidrs is empty: give the network of the cluster’s pods'.replace('’', "'"),
  );
});

test.each(['127.0.0.0/8', '127.1.2.3/32', '169.254.169.254/32', '168.0.0.0/7', '224.0.0.0/8', '0.0.0.0/8'])(
  '%s is no network of pods',
  async (cidr) => {
    expect(await refusal({ values: { turn: COTURN, coturn: { peerCidrs: [cidr] } } })).toMatch(
      /coturn\.peerCidrs holds .* reaches into|at '\/coturn\/peerCidrs\/0'/,
    );
  },
);

test.each(['0.0.0.0/0', '10.0.0.0/7', '::/0', 'fd00::/8', '10.244.0.0'])(
  '%s is refused by the schema',
  async (cidr) => {
    expect(await refusal({ values: { turn: COTURN, coturn: { peerCidrs: [cidr] } } })).toContain(
      "at '/coturn/peerCidrs/0'",
    );
  },
);

describe('whether or not the other pods have policies', () => {
  test.each([true, false])('coturn’s pods reach the media ports of LiveKit only (%s)', async (enabled) => {
    const manifests = await render({ values: { turn: COTURN, coturn: PODS, networkPolicy: { enabled } } });
    const policy = find(manifests, 'NetworkPolicy', 'va-relay-0').spec as unknown as Policy;
    expect(selects(policy.podSelector.matchLabels, workload(manifests, 'coturn').labels)).toBe(true);
    expect(policy.policyTypes).toContain('Egress');
    expect(policy.policyTypes.includes('Ingress')).toBe(enabled);
    const livekit = { 'app.kubernetes.io/component': 'livekit' };
    expect(policy.egress).toEqual([
      {
        to: [{ podSelector: { matchLabels: expect.objectContaining(livekit) } }],
        ports: [{ protocol: 'UDP', port: 50_000, endPort: 60_000 }],
      },
    ]);
  });

  test('or, where LiveKit is elsewhere, of the network of peers', async () => {
    const manifests = await render({
      values: {
        agent: { enabled: false },
        web: { enabled: false },
        livekit: { enabled: false, keys: { existingSecret: 'a' } },
        turn: COTURN,
        coturn: PODS,
      },
    });
    const policy = find(manifests, 'NetworkPolicy', 'va-relay-0').spec as unknown as Policy;
    expect(policy.egress.map(({ to }) => to)).toEqual([[{ ipBlock: { cidr: '10.244.0.0/16' } }]]);
  });
});

test('coturn is one that knows an IPv4 address written as IPv6: 4.9.0 or newer', async () => {
  const { image } = workload(await render(SCENARIOS.coturn), 'coturn').container;
  const [, major = 0, minor = 0] = (image.match(/:(\d+)\.(\d+)\./) ?? []).map(Number);
  expect(major * 1000 + minor).toBeGreaterThanOrEqual(4009);
});
