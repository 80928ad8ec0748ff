import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Rendering, SCENARIOS } from '../helm/chart.ts';
import type { KubeObject } from './answer.ts';
import { type ControlPlane, NAMESPACE, startControlPlane } from './control-plane.ts';
import { mustDeploy, RELEASE, uninstall } from './helm-release.ts';
import { everything, inventory } from './inventory.ts';
import { NODE } from './node-namespace.ts';
import { type Component, podsOf } from './pods.ts';
import { reportReady } from './ready-pods.ts';

const CORE = `/api/v1/namespaces/${NAMESPACE}`;
const SOON = { timeout: 20_000, interval: 100 };
const WAIT = ['--wait', '--timeout', '60s'];
const CCE = SCENARIOS['values-cce'] as Rendering;
const cce = (more: object): Rendering => ({ ...CCE, values: { ...CCE.values, ...more } });

let plane: ControlPlane;
let atFirst: string[];
const ended = new AbortController();
beforeAll(async () => {
  plane = await startControlPlane(join(NODE.dir, 'lifecycle'));
  await reportReady(plane.api, ended.signal);
  atFirst = await inventory(plane.api);
});
afterAll(() => {
  ended.abort();
  return plane?.stop();
});

interface Secret extends KubeObject {
  type: string;
  data: Record<string, string>;
}

/** Content of the release's Secrets, by name. */
async function secrets() {
  const all = await plane.api.list<Secret>(`${CORE}/secrets`);
  const ours = all.filter(({ type }) => type === 'Opaque');
  return Object.fromEntries(ours.map(({ metadata, data }) => [metadata.name, data]));
}

/** Names of a component's pods that stay. */
async function namesOf(component: Component): Promise<string[]> {
  const pods = await podsOf(plane.api, component);
  return pods.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) => metadata.name);
}

const components = ['agent', 'web', 'livekit'] as const;
const allPods = async () =>
  Object.fromEntries(await Promise.all(components.map(async (name) => [name, await namesOf(name)] as const)));

/** Components whose pods are others than before. */
async function rolledSince(before: Record<string, string[]>): Promise<string[]> {
  const after = await allPods();
  return components.filter((name) => after[name]?.join() !== before[name]?.join());
}

async function configFile(): Promise<string> {
  const map = await plane.api.get<{ data: Record<string, string> }>(`${CORE}/configmaps/${RELEASE}-config`);
  return Object.values(map?.data ?? {}).join('\n');
}

const evict = (pod: string) =>
  plane.api.create(`${CORE}/pods/${pod}/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: pod },
  });

test('an installation is complete when its pods are ready, and nothing refused one', async () => {
  await mustDeploy(plane.api, 'install', CCE, WAIT);
  expect(await allPods()).toEqual(Object.fromEntries(components.map((name) => [name, [expect.any(String)]])));
  const events = await plane.api.list<KubeObject & { reason: string }>(`${CORE}/events`);
  const reasons = events.map(({ reason }) => reason);
  expect(reasons).toContain('SuccessfulCreate');
  expect(reasons).not.toContain('FailedCreate');
});

test('no secret stands in anything but Secrets, the operator’s and the controllers’ objects included', async () => {
  const values = Object.values(await secrets()).flatMap((data) => Object.values(data));
  // Shorter ones are names: of a kind of credentials, of a key.
  const encoded = values.filter((value) => Buffer.from(value, 'base64').length >= 16);
  expect(encoded).toHaveLength(3);
  const others = (await everything(plane.api)).filter(({ kind }) => kind !== 'Secret');
  expect(others.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['ConfigMap', 'Pod', 'Gateway']));
  const text = JSON.stringify(others);
  const open = encoded.flatMap((value) => [value, Buffer.from(value, 'base64').toString()]);
  expect(open.filter((value) => text.includes(value))).toEqual([]);
});

test('an upgrade with nothing new changes nothing', async () => {
  const before = { secrets: await secrets(), pods: await allPods() };
  await mustDeploy(plane.api, 'upgrade', CCE, WAIT);
  expect({ secrets: await secrets(), pods: await allPods() }).toEqual(before);
});

test('a change of the worker’s configuration rolls who reads it, and keeps what was generated', async () => {
  const before = { secrets: await secrets(), pods: await allPods() };
  const options = ['--reset-then-reuse-values', '--set', 'agent.config.log.level=debug', ...WAIT];
  await mustDeploy(plane.api, 'upgrade', {}, options);
  await expect.poll(() => rolledSince(before.pods), SOON).toEqual(['agent', 'web']);
  expect(await secrets()).toEqual(before.secrets);
  expect(await configFile()).toContain('level: debug');
});

test('a rollback takes it back, and keeps what was generated', async () => {
  const before = { secrets: await secrets(), pods: await allPods() };
  const { code, output } = await plane.api.helm(['rollback', RELEASE, '1', ...WAIT]);
  expect({ code, output }).toMatchObject({ code: 0 });
  await expect.poll(() => rolledSince(before.pods), SOON).toEqual(['agent', 'web']);
  expect(await secrets()).toEqual(before.secrets);
  expect(await configFile()).not.toContain('level: debug');
});

test('a rotation of keys reaches LiveKit first, and then who signs with them', async () => {
  const rolledBy = async (rotation: string) => {
    const before = await allPods();
    await mustDeploy(plane.api, 'upgrade', cce({ livekit: { keys: { rotation } } }), WAIT);
    await expect.poll(async () => (await rolledSince(before)).length, SOON).toBeGreaterThan(0);
    return rolledSince(before);
  };
  expect(await rolledBy('accept')).toEqual(['livekit']);
  expect(await rolledBy('use')).toEqual(['agent', 'web']);
});

test('an upgrade leaves the number of pods to the autoscaler', async () => {
  const agent = { ...(CCE.values?.agent as object), autoscaling: { enabled: true } };
  await mustDeploy(plane.api, 'upgrade', cce({ agent }), WAIT);
  await plane.api.kubectl(['scale', 'deployment', `${RELEASE}-agent`, '--replicas=3']);
  await mustDeploy(plane.api, 'upgrade', cce({ agent: { ...agent, maxUnavailable: 2 } }), WAIT);
  expect(await namesOf('agent')).toHaveLength(3);
});

test('a pod is not evicted while its budget forbids it', async () => {
  await mustDeploy(plane.api, 'upgrade', cce({ livekit: { maxUnavailable: 0 } }), WAIT);
  const [livekit = ''] = await namesOf('livekit');
  await expect(evict(livekit)).rejects.toMatchObject({
    status: 429,
    message: expect.stringContaining("would violate the pod's disruption budget"),
  });
  await mustDeploy(plane.api, 'upgrade', cce({ livekit: { maxUnavailable: 1 } }), WAIT);
  await expect.poll(() => evict(livekit).then(() => 'evicted', String), SOON).toBe('evicted');
  await expect.poll(() => namesOf('livekit'), SOON).toEqual([expect.not.stringMatching(livekit)]);
});

test('uninstalling leaves the generated Secrets and nothing else; installing again takes them up', async () => {
  const before = await secrets();
  await uninstall(plane.api);
  const left = async () => (await inventory(plane.api)).filter((name) => !atFirst.includes(name));
  // What the operator made goes with the Gateway, a moment later.
  await expect
    .poll(left, { ...SOON, interval: 1000 })
    .toEqual(Object.keys(before).map((name) => `Secret ${NAMESPACE}/${name}`));
  await mustDeploy(plane.api, 'install', CCE, WAIT);
  expect(await secrets()).toEqual(before);
});
