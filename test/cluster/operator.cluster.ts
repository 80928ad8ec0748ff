import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Rendering, SCENARIOS } from '../helm/chart.ts';
import type { KubeObject } from './answer.ts';
import { type ControlPlane, NAMESPACE, startControlPlane, stunnerConfigs } from './control-plane.ts';
import { mustDeploy, uninstall } from './helm-release.ts';
import { inWords, kubeHops } from './kube-hops.ts';
import { NODE } from './node-namespace.ts';
import { podOf } from './pods.ts';
import { reportReady } from './ready-pods.ts';

const SOON = { timeout: 20_000, interval: 100 };
const CORE = `/api/v1/namespaces/${NAMESPACE}`;
const GATEWAY_API = '/apis/gateway.networking.k8s.io/v1';
const STUNNER = `/apis/stunner.l7mp.io/v1/namespaces/${NAMESPACE}`;
const CCE = SCENARIOS['values-cce'] as Rendering;
const SPLIT = SCENARIOS['stunner-split'] as Rendering;
const OK = { Accepted: 'True', ResolvedRefs: 'True', Conflicted: 'False' };

let plane: ControlPlane;
const ended = new AbortController();
beforeAll(async () => {
  plane = await startControlPlane(join(NODE.dir, 'operator'));
  await reportReady(plane.api, ended.signal);
});
afterAll(() => {
  ended.abort();
  return plane?.stop();
});

type Conditions = { type: string; status: string; reason: string }[];

interface Judged extends KubeObject {
  status?: {
    conditions?: Conditions;
    listeners?: { name: string; conditions: Conditions }[];
    parents?: { parentRef: { name: string }; conditions: Conditions }[];
  };
}

interface Service extends KubeObject {
  spec: { type: string; ports: { port: number; protocol: string; targetPort: number }[] };
}

const verdictOf = (conditions: Conditions = []) =>
  Object.fromEntries(conditions.map(({ type, status }) => [type, status]));

/** What the operator says of all that the release gave it. */
async function verdicts() {
  const [classes, gateways, routes] = await Promise.all([
    plane.api.list<Judged>(`${GATEWAY_API}/gatewayclasses`),
    plane.api.list<Judged>(`${GATEWAY_API}/namespaces/${NAMESPACE}/gateways`),
    plane.api.list<Judged>(`${STUNNER}/udproutes`),
  ]);
  const byName = (all: Judged[], verdict: (one: Judged) => unknown) =>
    Object.fromEntries(all.map((one) => [one.metadata.name, verdict(one)]));
  return {
    classes: byName(classes, ({ status }) => verdictOf(status?.conditions)),
    gateways: byName(gateways, ({ status }) => ({
      ...verdictOf(status?.conditions),
      ...Object.fromEntries((status?.listeners ?? []).map((one) => [one.name, verdictOf(one.conditions)])),
    })),
    routes: byName(routes, ({ status }) =>
      Object.fromEntries(
        (status?.parents ?? []).map((one) => [one.parentRef.name, verdictOf(one.conditions)]),
      ),
    ),
  };
}

/** Ports of the load balancer's Services, which the operator makes: `UDP 3478 → 3478`. */
async function doors() {
  const services = await plane.api.list<Service>(`${CORE}/services`);
  const balanced = services.filter(({ spec }) => spec.type === 'LoadBalancer');
  return Object.fromEntries(
    balanced.map(({ metadata, spec }) => [
      metadata.name,
      spec.ports.map(({ port, protocol, targetPort }) => `${protocol} ${port} → ${targetPort}`),
    ]),
  );
}

const elbIdOf = async (service: string) =>
  (await plane.api.get(`${CORE}/services/${service}`))?.metadata.annotations?.['kubernetes.io/elb.id'];

interface DataplaneConfig {
  admin: { name: string };
  auth: { type: string; credentials: Record<string, string> };
  listeners: { protocol: string; port: number; public_address: string; routes: string[] }[];
  clusters: { name: string; endpoints: string[] }[];
}

async function configOf(gateway: string): Promise<DataplaneConfig | undefined> {
  const { items } = (await stunnerConfigs()) as { items: DataplaneConfig[] };
  return items.find(({ admin }) => admin.name === `${NAMESPACE}/${gateway}`);
}

const relays = (): Promise<KubeObject[]> => plane.api.list(`${CORE}/pods?labelSelector=app%3Dstunner`);

async function sharedSecret(): Promise<string> {
  const secret = await plane.api.get<{ data: Record<string, string> }>(`${CORE}/secrets/va-turn`);
  return Buffer.from(secret?.data.secret ?? '', 'base64').toString();
}

test('the seeds’ one Gateway is accepted, and its Service has both doors', async () => {
  await mustDeploy(plane.api, 'install', CCE);
  await expect.poll(verdicts, SOON).toEqual({
    classes: { 'livekit.va': { Accepted: 'True' } },
    gateways: { 'udp-gateway': { Accepted: 'True', Programmed: 'True', udp: OK, tcp: OK } },
    routes: { 'livekit-media-plane': { 'udp-gateway': { Accepted: 'True', ResolvedRefs: 'True' } } },
  });
  await expect.poll(doors, SOON).toEqual({ 'udp-gateway': ['UDP 3478 → 3478', 'TCP 3480 → 3480'] });
  expect(await elbIdOf('udp-gateway')).toBe('ad1bb119-0000-0000-0000-000000aed11c');
  const judged = await kubeHops(plane, 'kube-gateway', 'kube-livekit', 'kube-udproute', 'kube-network');
  expect(inWords(judged)).toEqual([
    ...['ok kube-gateway', 'ok kube-livekit', 'ok kube-udproute', 'ok kube-network'],
  ]);
});

test('its data plane gets credentials for each participant, and relays to LiveKit’s media ports only', async () => {
  const livekit = (await podOf(plane.api, 'livekit')).status.podIP;
  expect(livekit).toMatch(/^10\.244\.0\.\d+$/);
  const service = await plane.api.get<{ spec: { clusterIP: string } }>(
    `${CORE}/services/livekit-server-media`,
  );
  await expect
    .poll(async () => (await configOf('udp-gateway'))?.clusters[0]?.endpoints.toSorted(), SOON)
    .toEqual([`${livekit}:<50000-60000>`, `${service?.spec.clusterIP}:<50000-60000>`].toSorted());
  const routes = ['livekit/livekit-media-plane'];
  expect(await configOf('udp-gateway')).toMatchObject({
    auth: { type: 'ephemeral', credentials: { secret: await sharedSecret() } },
    listeners: [
      { protocol: 'TURN-UDP', port: 3478, public_address: NODE.loadBalancerIp, routes },
      { protocol: 'TURN-TCP', port: 3480, public_address: NODE.loadBalancerIp, routes },
    ],
  });
});

test('its pods come up under Pod Security `restricted`', async () => {
  await expect.poll(() => relays().then((pods) => pods.length), SOON).toBe(1);
  const [pod] = await relays();
  expect(pod?.spec).toMatchObject({
    terminationGracePeriodSeconds: 3660,
    securityContext: { runAsNonRoot: true },
    containers: [
      { image: 'docker.io/l7mp/stunnerd:1.2.1', securityContext: { capabilities: { drop: ['ALL'] } } },
    ],
  });
});

test('another shared secret reaches the data plane without a restart', async () => {
  const secret = 'another-secret-of-more-than-32-characters';
  const pods = await relays();
  await mustDeploy(plane.api, 'upgrade', { ...CCE, values: { ...CCE.values, turn: { auth: { secret } } } });
  await expect.poll(async () => (await configOf('udp-gateway'))?.auth.credentials.secret, SOON).toBe(secret);
  const names = (all: KubeObject[]) => all.map(({ metadata }) => metadata.name);
  expect(names(await relays())).toEqual(names(pods));
});

test('the operator would say that a route leads nowhere', async () => {
  const stunner = { ...(CCE.values?.stunner as object), backend: { name: 'absent' } };
  await mustDeploy(plane.api, 'upgrade', { ...CCE, values: { ...CCE.values, stunner } });
  await expect
    .poll(async () => (await verdicts()).routes['livekit-media-plane'], SOON)
    .toEqual({ 'udp-gateway': { Accepted: 'True', ResolvedRefs: 'False' } });
  const [hop] = await kubeHops(plane, 'kube-udproute');
  expect(hop).toMatchObject({
    verdict: 'fail',
    evidence: expect.stringContaining(
      'UDPRoute livekit/livekit-media-plane spec.rules[0].backendRefs[0].name',
    ),
    cause: expect.stringContaining('there is no Service absent in namespace livekit'),
    fix: 'name: livekit-server-media',
  });
});

test('a Gateway without the annotation loses its TCP door while every status is True, and check --kube says so', async () => {
  await mustDeploy(plane.api, 'upgrade', CCE);
  const annotation = { 'stunner.l7mp.io/enable-mixed-protocol-lb': null };
  await plane.api.patch(`${GATEWAY_API}/namespaces/${NAMESPACE}/gateways/udp-gateway`, {
    metadata: { annotations: annotation },
  });
  await plane.api.delete(`${CORE}/services/udp-gateway`);
  await expect.poll(doors, SOON).toEqual({ 'udp-gateway': ['UDP 3478 → 3478'] });
  expect((await verdicts()).gateways['udp-gateway']).toMatchObject({ Accepted: 'True', tcp: OK });
  const judged = inWords(await kubeHops(plane, 'kube-gateway', 'kube-service'));
  expect(judged).toEqual([
    expect.stringMatching(/^fail kube-gateway: .*TCP 3480 is missing from the Service/),
    expect.stringMatching(/^fail kube-service: TCP 3480 of Gateway udp-gateway is missing/),
  ]);
});

test('two Gateways are accepted, and each Service has its door on the one load balancer', async () => {
  await uninstall(plane.api);
  // What the operator made goes with the Gateway, a moment later.
  await expect.poll(doors, SOON).toEqual({});
  await mustDeploy(plane.api, 'install', SPLIT);
  const accepted = { Accepted: 'True', Programmed: 'True' };
  const resolved = { Accepted: 'True', ResolvedRefs: 'True' };
  await expect.poll(verdicts, SOON).toEqual({
    classes: { 'livekit.va': { Accepted: 'True' } },
    gateways: { 'udp-gateway': { ...accepted, udp: OK }, 'tcp-gateway': { ...accepted, tcp: OK } },
    routes: { 'va-media': { 'udp-gateway': resolved, 'tcp-gateway': resolved } },
  });
  await expect
    .poll(doors, SOON)
    .toEqual({ 'udp-gateway': ['UDP 3478 → 3478'], 'tcp-gateway': ['TCP 3480 → 3480'] });
  const [udp, tcp] = [await elbIdOf('udp-gateway'), await elbIdOf('tcp-gateway')];
  expect([udp, tcp]).toEqual(Array(2).fill('ad1bb119-0000-0000-0000-000000aed11c'));
  const livekit = (await podOf(plane.api, 'livekit')).status.podIP;
  for (const gateway of ['udp-gateway', 'tcp-gateway']) {
    await expect
      .poll(async () => (await configOf(gateway))?.clusters[0]?.endpoints, SOON)
      .toContain(`${livekit}:<7882-7882>`);
  }
});
