import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Result } from '../../../src/doctor/check.ts';
import { judgeFiles } from '../../../src/doctor/files/judge.ts';

const CAE = readFileSync(join(import.meta.dirname, '../../fixtures/manifests/cae.yaml'), 'utf8');

async function judged(text: string): Promise<Result[]> {
  const dir = await mkdtemp(join(tmpdir(), 'voice-agent-manifests-'));
  await writeFile(join(dir, 'all.yaml'), text);
  return judgeFiles(dir).finally(() => rm(dir, { recursive: true }));
}

/** `verdict rule: where`, without what is well. */
const remarks = async (text: string) =>
  (await judged(text))
    .filter(({ verdict }) => verdict !== 'ok')
    .map(({ verdict, id, evidence }) => `${verdict} ${id} ${evidence.replace(/^all\.yaml:\d+ /, '')}`);

/** The document's set-up with something else in one place, which is there once. */
function changed(from: string, to: string): string {
  expect(CAE.split(from)).toHaveLength(2);
  return CAE.replace(from, to);
}

/** Without the objects that a name stands for. */
const without = (...objects: string[]) =>
  CAE.split('\n---\n')
    .filter((part) => !objects.some((one) => part.includes(one)))
    .join('\n---\n');

const POLICY = (spec: string) =>
  `${CAE}---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed, namespace: livekit}\nspec: ${spec}\n`;
const SFU = 'podSelector: {matchLabels: {app: livekit-server}}, policyTypes: [Ingress]';
const FROM_RELAY =
  '{from: [{podSelector: {matchLabels: {app: stunner}}}], ports: [{protocol: UDP, port: 50000, endPort: 60000}]}';

test('the document’s set-up as it works gets no remark', async () => {
  const results = await judged(CAE);
  expect(results.map(({ id, verdict }) => `${verdict} ${id}`)).toEqual([
    'ok files.livekit',
    'ok files.manifests',
  ]);
});

test.each([
  [
    'no annotation for a mixed Service',
    changed('    stunner.l7mp.io/enable-mixed-protocol-lb: "true"\n', ''),
    ['fail files.gateway-mixed metadata.annotations'],
  ],
  [
    'that annotation without quotes',
    changed('lb: "true"', 'lb: true'),
    ['fail files.unquoted metadata.annotations["stunner.l7mp.io/enable-mixed-protocol-lb"]'],
  ],
  [
    'a word of YAML 1.1 without quotes',
    changed('flag: "on"', 'flag: on'),
    ['fail files.unquoted metadata.annotations["kubernetes.io/elb.health-check-flag"]'],
  ],
  [
    'no health check option for UDP',
    changed('{"target_service_port":"UDP:3478","protocol":"UDP"},', ''),
    ['warn files.elb-health-check metadata.annotations["kubernetes.io/elb.health-check-options"]'],
  ],
  [
    'a check that is on, without any option',
    CAE.replace(/ {4}kubernetes\.io\/elb\.health-check-options: .*\n/, ''),
    ['fail files.elb-health-check metadata.annotations["kubernetes.io/elb.health-check-flag"]'],
  ],
  [
    'TCP checks of a UDP port',
    changed('"protocol":"UDP"}', '"protocol":"TCP"}'),
    ['fail files.elb-health-check metadata.annotations["kubernetes.io/elb.health-check-options"]'],
  ],
  [
    'the id as the document abbreviates it',
    changed('ad1bb119-0000-0000-0000-000000aed11c', 'ad1bb119-…aed11c'),
    ['fail files.elb-id metadata.annotations["kubernetes.io/elb.id"]'],
  ],
  [
    'no class of the load balancer',
    changed('    kubernetes.io/elb.class: performance\n', ''),
    ['warn files.elb-class metadata.annotations["kubernetes.io/elb.id"]'],
  ],
  [
    'the document’s authType',
    changed('authType: static', 'authType: plaintext'),
    ['warn files.gatewayconfig-auth spec.authType'],
  ],
  [
    'a route that opens too few ports',
    changed('endPort: 60000', 'endPort: 50100'),
    ['fail files.udproute-ports spec.rules[0].backendRefs[0].port'],
  ],
  [
    'a route to a Service of other pods',
    `${changed('        - name: livekit-server\n          namespace', '        - name: page\n          namespace')}---\napiVersion: v1\nkind: Service\nmetadata: {name: page, namespace: livekit}\nspec: {selector: {app: page}, ports: [{port: 80}]}\n`,
    ['fail files.udproute-pods spec.rules[0].backendRefs[0].name'],
  ],
  [
    'a route to a Service that is not there',
    changed(
      '        - name: livekit-server\n          namespace',
      '        - name: livekit\n          namespace',
    ),
    ['fail files.udproute-backend spec.rules[0].backendRefs[0].name'],
  ],
  ['no route', without('kind: UDPRoute'), ['fail files.udproute-missing spec.listeners']],
  [
    'a route in another namespace',
    changed(
      '{name: livekit-media-plane, namespace: livekit}',
      '{name: livekit-media-plane, namespace: media}',
    ).replace('parentRefs: [{name: udp-gateway}]', 'parentRefs: [{name: udp-gateway, namespace: livekit}]'),
    ['fail files.udproute-namespace metadata.namespace'],
  ],
  [
    'a route to no Gateway',
    changed('[{name: udp-gateway}]', '[{name: udp}]'),
    ['fail files.udproute-missing spec.listeners', 'fail files.udproute-parent spec.parentRefs[0]'],
  ],
  [
    'a Gateway that takes no routes of others',
    changed('      allowedRoutes: {namespaces: {from: All}}\n', ''),
    ['fail files.httproute-refused spec.parentRefs[0]'],
  ],
  [
    'a Gateway that takes those of another',
    changed('{from: All}', '{from: Selector, selector: {matchLabels: {kubernetes.io/metadata.name: other}}}'),
    ['fail files.httproute-refused spec.parentRefs[0]'],
  ],
  [
    'another host name',
    changed('[voice.example.com]', '[voice.example.org]'),
    ['fail files.httproute-hostname spec.hostnames'],
  ],
  [
    'LiveKit’s port in place of the Service’s',
    changed('{name: livekit-server, port: 80}', '{name: livekit-server, port: 7880}'),
    ['fail files.httproute-port spec.rules[0].backendRefs[0].port'],
  ],
  [
    'a listener that no caller is told of',
    CAE.replace(/ {8}- \{host: 10\.65\.176\.54, port: 3480.*\n/, ''),
    ['warn files.turn-server-untold spec.listeners[1]'],
  ],
  [
    'a relay that callers are told of, and is not there',
    changed('port: 3480, protocol: tcp', 'port: 3481, protocol: tcp'),
    [
      'fail files.turn-server-listener data["config.yaml"]',
      'warn files.turn-server-untold spec.listeners[1]',
    ],
  ],
  [
    'another password',
    changed('password: pass-1', 'password: pass-2'),
    Array(2).fill('fail files.turn-server-credentials data["config.yaml"]'),
  ],
  [
    'another kind of credentials',
    changed('authType: static', 'authType: ephemeral'),
    Array(2).fill('fail files.turn-server-credentials data["config.yaml"]'),
  ],
  [
    'the load balancer’s address for the pod’s',
    changed('      use_external_ip: false\n', '      node_ip: 10.65.176.54\n').replace(
      / {10}env:\n.*\n.*\n/,
      '',
    ),
    ['fail files.livekit-node-ip data["config.yaml"]'],
  ],
  [
    'no address',
    CAE.replace(/ {10}env:\n.*\n.*\n/, ''),
    ['warn files.livekit-node-ip spec.template.spec.containers[0].env'],
  ],
  [
    'two servers without Redis',
    changed('spec:\n  selector: {matchLabels', 'spec:\n  replicas: 2\n  selector: {matchLabels'),
    ['fail files.livekit-redis spec.replicas'],
  ],
  [
    'TCP off, and the fallback to it on',
    changed('tcp_port: 7881', 'tcp_port: 0'),
    ['warn files.rtc.tcp_port rtc.tcp_port'],
  ],
  [
    'a protocol of other relays',
    changed('protocol: TURN-TCP', 'protocol: TCP'),
    [
      'fail files.gateway-protocol spec.listeners[1].protocol',
      'fail files.elb-health-check metadata.annotations["kubernetes.io/elb.health-check-options"]',
    ],
  ],
  [
    'a policy that keeps the relay from LiveKit',
    POLICY(`{${SFU}, ingress: []}`),
    ['fail files.network-policy spec.ingress'],
  ],
  ['a policy that lets it', POLICY(`{${SFU}, ingress: [${FROM_RELAY}]}`), []],
  [
    'prompts that no pod has',
    `${CAE}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: prompts, namespace: livekit}\ndata: {default.md: Hello}\n`,
    ['warn files.prompts-not-mounted metadata.name'],
  ],
])('%s', async (_, text, expected) => {
  expect(await remarks(text)).toEqual(expected);
});

test('each remark says where, what happens and what to write, and shows no secret', async () => {
  const broken = CAE.replace('    stunner.l7mp.io/enable-mixed-protocol-lb: "true"\n', '').replace(
    'password: pass-1',
    'password: pass-2',
  );
  const results = await judged(broken);
  const mixed = results.find(({ id }) => id === 'files.gateway-mixed');
  expect(mixed).toMatchObject({
    proves: 'all.yaml, Gateway udp-gateway',
    evidence: expect.stringMatching(/^all\.yaml:\d+ metadata\.annotations$/),
    cause: expect.stringContaining('TCP 3480 is missing from the Service'),
    fix: 'metadata:\n  annotations:\n    stunner.l7mp.io/enable-mixed-protocol-lb: "true"',
  });
  expect(JSON.stringify(results)).not.toMatch(/pass-[12]|a-secret-of/);
});
