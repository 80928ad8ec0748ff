import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { KubeObject } from './answer.ts';
import { type ControlPlane, NAMESPACE, startControlPlane } from './control-plane.ts';
import { makeCertificate } from './edge/certificates.ts';
import { GATEWAY, gatewayRoutes } from './edge/gateway.ts';
import { startEnvoyGateway } from './envoy-gateway.ts';
import { mustDeploy, RELEASE, uninstall } from './helm-release.ts';
import { inWords, kubeHops } from './kube-hops.ts';
import { NODE } from './node-namespace.ts';

// What Envoy Gateway says of the chart's HTTPRoute, and whether the door of the other tests would follow it.

const HOST = 'voice.example.com';
const API = '/apis/gateway.networking.k8s.io/v1';
const SOON = { timeout: 30_000, interval: 200 };

let plane: ControlPlane;
let endEnvoyGateway: () => Promise<void>;
beforeAll(async () => {
  plane = await startControlPlane(join(NODE.dir, 'route'));
  endEnvoyGateway = await startEnvoyGateway(plane.api, plane.kubeconfig, join(NODE.dir, 'envoy-gateway'));
  const { key, cert } = await makeCertificate(join(NODE.dir, 'route-certificates'), HOST);
  await plane.api.create(`/api/v1/namespaces/${GATEWAY.namespace}/secrets`, {
    metadata: { name: 'door' },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.key': key, 'tls.crt': cert },
  });
  await plane.api.create(`${API}/gatewayclasses`, {
    ...{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GatewayClass' },
    metadata: { name: 'envoy' },
    spec: { controllerName: 'gateway.envoyproxy.io/gatewayclass-controller' },
  });
});
afterEach(async () => {
  await uninstall(plane.api);
  await plane.api.delete(`${API}/namespaces/${GATEWAY.namespace}/gateways/${GATEWAY.name}`);
});
afterAll(async () => {
  await endEnvoyGateway?.();
  await plane?.stop();
});

const FROM_NAMESPACE = {
  namespaces: {
    from: 'Selector',
    selector: { matchLabels: { 'kubernetes.io/metadata.name': NAMESPACE } },
  },
};

/** The Gateway as whoever runs it has it, with an HTTPS and a plain listener. */
async function makeGateway(https: object): Promise<void> {
  const tls = { mode: 'Terminate', certificateRefs: [{ name: 'door' }] };
  await plane.api.create(`${API}/namespaces/${GATEWAY.namespace}/gateways`, {
    ...{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway' },
    metadata: { name: GATEWAY.name },
    spec: {
      gatewayClassName: 'envoy',
      listeners: [
        { name: 'https', port: 443, protocol: 'HTTPS', tls, ...https },
        { name: 'http', port: 80, protocol: 'HTTP', allowedRoutes: FROM_NAMESPACE },
      ],
    },
  });
}

const release = (parentRef: object = {}) => ({
  values: {
    agent: { config: { openai: { baseUrl: 'http://10.65.200.10:8000/v1' } } },
    route: { enabled: true, host: HOST, parentRefs: [{ ...GATEWAY, sectionName: 'https', ...parentRef }] },
  },
});

interface Route extends KubeObject {
  status?: { parents?: { conditions: { type: string; status: string; reason: string }[] }[] };
}

interface Gateway extends KubeObject {
  status?: { listeners?: { name: string; attachedRoutes: number }[] };
}

/** Such as `Accepted=True Accepted`. */
async function verdicts(): Promise<string[]> {
  const route = await plane.api.get<Route>(`${API}/namespaces/${NAMESPACE}/httproutes/${RELEASE}`);
  const conditions = (route?.status?.parents ?? []).flatMap((parent) => parent.conditions);
  return conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`);
}

const doorRoutes = async () => (await gatewayRoutes(plane.api).routes()).map(({ metadata }) => metadata.name);

test('a Gateway as the README wants it takes the route', async () => {
  await makeGateway({ hostname: HOST, allowedRoutes: FROM_NAMESPACE });
  await mustDeploy(plane.api, 'install', release());
  const taken = ['Accepted=True Accepted', 'ResolvedRefs=True ResolvedRefs'];
  await expect.poll(verdicts, SOON).toEqual(expect.arrayContaining(taken));
  expect(await doorRoutes()).toEqual([RELEASE]);
  expect(inWords(await kubeHops(plane, 'kube-httproute'))).toEqual(['ok kube-httproute']);
});

test('without the name of a listener the page stands at the plain one too', async () => {
  await makeGateway({ hostname: HOST, allowedRoutes: FROM_NAMESPACE });
  await mustDeploy(plane.api, 'install', release({ sectionName: undefined }));
  const path = `${API}/namespaces/${GATEWAY.namespace}/gateways/${GATEWAY.name}`;
  const attached = async () =>
    (await plane.api.get<Gateway>(path))?.status?.listeners?.map(
      ({ name, attachedRoutes }) => `${name} ${attachedRoutes}`,
    );
  await expect.poll(attached, SOON).toEqual(['https 1', 'http 1']);
});

test.each([
  [
    'by default a Gateway of another namespace refuses it',
    { hostname: HOST },
    'Accepted=False NotAllowedByListeners',
    /takes no routes of namespace livekit \(allowedRoutes\)/,
  ],
  [
    'a listener for another name refuses it',
    { hostname: 'other.example.com', allowedRoutes: FROM_NAMESPACE },
    'Accepted=False NoMatchingListenerHostname',
    /no listener of Gateway envoy has the name of the route \(it has https other\.example\.com\)/,
  ],
])('%s, the door follows, and check --kube says so', async (_, https, verdict, cause) => {
  await makeGateway(https);
  await mustDeploy(plane.api, 'install', release());
  await expect.poll(verdicts, SOON).toContain(verdict);
  expect(await doorRoutes()).toEqual([]);
  const [hop] = await kubeHops(plane, 'kube-httproute');
  expect(hop).toMatchObject({ verdict: 'fail', cause: expect.stringMatching(cause) });
});

test('a port that the Service does not have is seen, and the door follows', async () => {
  await makeGateway({ hostname: HOST, allowedRoutes: FROM_NAMESPACE });
  await mustDeploy(plane.api, 'install', release());
  const path = `${API}/namespaces/${NAMESPACE}/httproutes/${RELEASE}`;
  const rules = [{ backendRefs: [{ name: `${RELEASE}-livekit`, port: 7880 }] }];
  await plane.api.patch(path, { spec: { rules } });
  await expect.poll(verdicts, SOON).toContain('ResolvedRefs=False PortNotFound');
  expect(await doorRoutes()).toEqual([]);
});
