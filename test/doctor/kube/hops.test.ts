import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Result } from '../../../src/doctor/check.ts';
import { KUBE } from '../../../src/doctor/kube/hops.ts';
import { runChecks } from '../../../src/doctor/run.ts';
import { type Loose, put, serveCluster, takenObjects } from './cluster.ts';

async function check(server: string): Promise<Map<string, Result>> {
  const access = { server, namespace: 'livekit', origin: 'a test', tls: {}, token: 'secret-token' };
  const results = await runChecks(KUBE, { access, namespace: 'livekit', fetch, seen: {} });
  return new Map(results.map((result) => [result.id, result]));
}

const namesOf = (results: Map<string, Result>, verdict: Result['verdict']) =>
  [...results.values()].filter((one) => one.verdict === verdict).map(({ id }) => id);

/** Runs against the healthy cluster with one thing changed. */
async function checkChanged(change: Change) {
  const objects = takenObjects();
  const set: Set = (kind, name, path, value) =>
    put(
      objects.find((one) => one.kind === kind && one.metadata.name === name),
      path,
      value,
    );
  const left = change(set, objects);
  return check((await serveCluster(Array.isArray(left) ? left : objects)).url);
}

type Set = (kind: string, name: string, path: readonly (string | number)[], value: unknown) => void;
/** @returns those that are left, or nothing where all are. */
type Change = (set: Set, objects: Loose[]) => unknown;

test('a healthy cluster: nothing stands out, nothing but GET is sent, and no Secret is read', async () => {
  const objects = takenObjects();
  // The default that STUNner's definition gives to who writes none.
  put(
    objects.find(({ kind }) => kind === 'GatewayConfig'),
    ['spec', 'authType'],
    'plaintext',
  );
  const cluster = await serveCluster(objects);
  const results = await check(cluster.url);
  expect(namesOf(results, 'ok')).toEqual([
    ...[
      'kube-api',
      'kube-pods',
      'kube-httproute',
      'kube-gateway',
      'kube-service',
      'kube-livekit',
      'kube-udproute',
    ],
  ]);
  expect(namesOf(results, 'skip'), 'there is no policy').toEqual(['kube-network']);
  expect(
    cluster.asked.every((one) => one.startsWith('GET ')),
    `${cluster.asked}`,
  ).toBe(true);
  expect(`${cluster.asked}`).not.toContain('secrets');
  expect(JSON.stringify([...results.values()])).not.toMatch(/secret-token|pass-1|a-secret-of/);
});

const REFUSED = { type: 'Accepted', status: 'False', reason: 'NotAllowedByListeners', message: '' };
const TEMPLATE = ['spec', 'template', 'spec'];
const ANNOTATIONS = ['metadata', 'annotations'];
const VERDICT = ['status', 'parents', 0, 'conditions'];

test.each<[string, Change, string, RegExp, RegExp]>([
  [
    'the UDPRoute is gone',
    (_set, objects) => objects.filter(({ kind }) => kind !== 'UDPRoute'),
    'kube-udproute',
    /no UDPRoute names Gateway udp-gateway/,
    /kubectl apply[\s\S]*name: livekit-server/,
  ],
  [
    'the UDPRoute’s Service has other pods',
    (set) => set('Service', 'livekit-server', ['spec', 'selector'], { app: 'other' }),
    'kube-udproute',
    /does not select the pods of Deployment livekit-server/,
    /selector/,
  ],
  [
    'a pod is none of its endpoints',
    (set) => set('EndpointSlice', 'livekit-server-x', ['endpoints'], [{ addresses: ['10.244.0.99'] }]),
    'kube-udproute',
    /livekit-server-1 \(10\.244\.0\.10\) is none of the addresses/,
    /endpointslices/,
  ],
  [
    'the UDPRoute is refused',
    (set) => set('UDPRoute', 'livekit-media-plane', VERDICT, [{ ...REFUSED, reason: 'BackendNotFound' }]),
    'kube-udproute',
    /Accepted is not True: BackendNotFound/,
    /backendRefs/,
  ],
  [
    'the listener is missing from the Service',
    (set) => set('Service', 'udp-gateway', ['spec', 'ports'], [{ port: 3478, protocol: 'UDP' }]),
    'kube-service',
    /TCP 3480 of Gateway udp-gateway is missing/,
    /enable-mixed-protocol-lb=true/,
  ],
  [
    'the load balancer gives no address',
    (set, objects) => {
      set('Service', 'udp-gateway', ['status'], {});
      objects.push({
        ...{ kind: 'Event', type: 'Warning', reason: 'SyncLoadBalancerFailed', message: 'elb not found' },
        metadata: { name: 'e', namespace: 'livekit' },
        involvedObject: { kind: 'Service', name: 'udp-gateway' },
      });
    },
    'kube-service',
    /no address: SyncLoadBalancerFailed elb not found/,
    /elb\.id/,
  ],
  [
    'no health check option',
    (set) =>
      set('Gateway', 'udp-gateway', [...ANNOTATIONS, 'kubernetes.io/elb.health-check-options'], undefined),
    'kube-service',
    /no option for the health check/,
    /UDP:3478/,
  ],
  [
    'no annotation for a mixed Service',
    (set) =>
      set('Gateway', 'udp-gateway', [...ANNOTATIONS, 'stunner.l7mp.io/enable-mixed-protocol-lb'], 'yes'),
    'kube-gateway',
    /protocol of the first listener alone/,
    /mixed-protocol-lb: "true"/,
  ],
  [
    'no operator took the Gateway',
    (set) => set('Gateway', 'udp-gateway', ['status'], undefined),
    'kube-gateway',
    /no controller has said anything/,
    /grep/,
  ],
  [
    'the HTTPRoute is refused',
    (set) => {
      set('Gateway', 'envoy', ['spec', 'listeners', 0, 'allowedRoutes'], undefined);
      set('HTTPRoute', 'livekit-signaling', VERDICT, [REFUSED]);
    },
    'kube-httproute',
    /takes no routes of namespace livekit/,
    /allowedRoutes/,
  ],
  [
    'the HTTPRoute is refused by a Gateway that may not be read',
    (set, objects) => {
      set('HTTPRoute', 'livekit-signaling', VERDICT, [REFUSED]);
      return objects.filter(({ metadata }) => metadata.name !== 'envoy');
    },
    'kube-httproute',
    /NotAllowedByListeners/,
    /kubectl edit gateway envoy --namespace envoy-gateway-system/,
  ],
  [
    'node_ip is not the pod’s',
    (set) => {
      const env = [{ name: 'NODE_IP', value: '10.65.176.54' }];
      set('Deployment', 'livekit-server', [...TEMPLATE, 'containers', 0, 'env'], env);
    },
    'kube-livekit',
    /NODE_IP is not the address/,
    /status\.podIP/,
  ],
  [
    'TCP is off, and the fallback to it on',
    (set) => {
      const config = takenObjects().find(({ kind }) => kind === 'ConfigMap')?.data as Record<string, string>;
      const text = config['config.yaml']?.replace('7881', '0');
      set('ConfigMap', 'livekit-server', ['data', 'config.yaml'], text);
    },
    'kube-livekit',
    /told to use TCP alone/,
    /allow_tcp_fallback: false/,
  ],
  [
    'an image cannot be pulled',
    (set) => {
      const state = { waiting: { reason: 'ImagePullBackOff', message: 'not found' } };
      set('Pod', 'livekit-server-1', ['status', 'containerStatuses', 0, 'state'], state);
    },
    'kube-pods',
    /livekit\/livekit-server:v1\.13\.3 cannot be pulled/,
    /images\.pullSecrets/,
  ],
  [
    'no node takes a pod',
    (set) => {
      const message = '0/3 nodes are available: Insufficient cpu';
      const conditions = [{ type: 'PodScheduled', status: 'False', message }];
      set('Pod', 'livekit-server-1', ['status'], { phase: 'Pending', conditions });
    },
    'kube-pods',
    /Insufficient cpu/,
    /resources/,
  ],
  [
    'the prompts’ ConfigMap is missing',
    (set) => {
      const prompts = { name: 'prompts', configMap: { name: 'house' } };
      set('Deployment', 'livekit-server', [...TEMPLATE, 'volumes', 1], prompts);
    },
    'kube-pods',
    /no ConfigMap house/,
    /create configmap house/,
  ],
  [
    'the prompts’ ConfigMap is not mounted',
    (_set, objects) => {
      const metadata = { name: 'house', namespace: 'livekit' };
      objects.push({ kind: 'ConfigMap', metadata, data: { 'default.md': 'Hello' } });
    },
    'kube-pods',
    /no pod has ConfigMap house/,
    /existingConfigMap: house/,
  ],
  [
    'a policy keeps the relay from LiveKit',
    (_set, objects) => {
      const metadata = { name: 'closed', namespace: 'livekit' };
      const spec = { podSelector: { matchLabels: { app: 'livekit-server' } }, policyTypes: ['Ingress'] };
      objects.push({ kind: 'NetworkPolicy', metadata, spec });
    },
    'kube-network',
    /keep relay udp-gateway from LiveKit’s media/,
    /protocol: UDP, port: 60000/,
  ],
])('%s: its hop alone says so, and what to do', async (_, change, hop, cause, fix) => {
  const results = await checkChanged(change);
  expect([...namesOf(results, 'fail'), ...namesOf(results, 'warn')]).toEqual([hop]);
  expect(results.get(hop)?.cause).toMatch(cause);
  expect(results.get(hop)?.fix).toMatch(fix);
});

test('what the account may not read is skipped, with the command that would tell', async () => {
  const { url } = await serveCluster(takenObjects(), ['httproutes', 'pods']);
  const results = await check(url);
  expect(results.get('kube-api')).toMatchObject({ verdict: 'warn', cause: 'may not read pods, httproutes' });
  expect(results.get('kube-httproute')).toMatchObject({
    verdict: 'skip',
    cause: expect.stringContaining('may not read httproutes'),
    fix: 'kubectl --namespace livekit describe httproute',
  });
  expect(namesOf(results, 'fail')).toEqual([]);
  expect(results.get('kube-udproute')?.verdict).toBe('ok');
});

test('an account that may read nothing, and no account, are no fault', async () => {
  const { url } = await serveCluster(takenObjects(), ['*']);
  expect(new Set([...(await check(url)).values()].map(({ verdict }) => verdict))).toEqual(new Set(['skip']));
  const context = { access: undefined, namespace: 'livekit', fetch, seen: {} };
  for (const { verdict, cause, fix } of await runChecks(KUBE, context)) {
    expect(verdict).toBe('skip');
    expect(cause).toContain('check.readCluster');
    expect(fix).toMatch(/^kubectl --namespace livekit /);
  }
});

test.each([
  ['refused credentials', 401, '{"message":"Unauthorized"}', /credentials are refused \(401\)/],
  ['a page that is no API', 200, '<html>', /not an answer of Kubernetes/],
  ['a broken API', 500, '{"message":"etcd is down"}', /500 etcd is down/],
])('%s is one failure, which explains all others', async (_, status, body, message) => {
  const server = createServer((_request, response) => response.writeHead(status).end(body));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.close();
  });
  const results = await check(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  expect(results.get('kube-api')).toMatchObject({
    verdict: 'fail',
    evidence: expect.stringMatching(message),
  });
  expect(results.get('kube-api')?.fix).not.toBe('');
  expect(namesOf(results, 'skip')).toHaveLength(KUBE.length - 1);
});
