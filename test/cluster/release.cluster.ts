import { statSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { KUBE } from '../../src/doctor/kube/hops.ts';
import { disposeRtc } from '../../src/framework/dispose-rtc.ts';
import type { Guest } from '../../src/probe/guest.ts';
import type { Callers } from '../e2e/callers.ts';
import type { KubeObject } from './answer.ts';
import { NAMESPACE } from './control-plane.ts';
import { HOST } from './edge/edge.ts';
import { eventually } from './eventually.ts';
import { mustDeploy, RELEASE, uninstall } from './helm-release.ts';
import { judgeRoute, kubeHops } from './kube-hops.ts';
import { NODE } from './node-namespace.ts';
import { noteTime } from './notes.ts';
import { addressOf, callByPage, pageCallers } from './page-calls.ts';
import { podOf, podsOf, processOf, readIn, rolledOut, shellIn } from './pods.ts';
import { startWorld, type World } from './world.ts';

// One release from its installation to its end. The tests build on each other.

const CORE = `/api/v1/namespaces/${NAMESPACE}`;
const SOON_MS = 60_000;
/** What the issue allows between an edit of a prompt and the call that has it. */
const PROMPT_WITHIN_MS = 90_000;
const PROMPTS = 'house-prompts';

let world: World;
let callers: Callers;

beforeAll(async () => {
  world = await startWorld();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.error(callers?.describe(), world.kubelet.faults());
  await callers?.leave();
});
afterAll(async () => {
  await world?.stop();
  await disposeRtc();
});

async function timed<T>(what: string, step: Promise<T>): Promise<T> {
  const startedMs = performance.now();
  const result = await step;
  noteTime(what, performance.now() - startedMs);
  return result;
}

const release = (log: object = {}, livekit: object = {}) => ({
  files: ['values-cce.yaml'],
  values: {
    stunner: { cce: { elbId: 'ad1bb119-0000-0000-0000-000000aed11c' } },
    route: { host: HOST },
    prompts: { existingConfigMap: PROMPTS },
    livekit: { config: livekit },
    check: { readCluster: true },
    agent: { config: { openai: { baseUrl: world.edge.models.baseUrl }, log } },
  },
});

async function applyPrompt(text: string): Promise<void> {
  const manifest = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: PROMPTS },
    data: { 'default.md': text },
  };
  const { code, output } = await world.api.kubectl(['apply', '-f', '-'], JSON.stringify(manifest));
  if (code !== 0) throw new Error(output);
}

const metricsAt = async (service: string, port: number): Promise<string> =>
  (await fetch(`http://${await addressOf(world.api, service)}:${port}/metrics`)).text();

/** By the page, which sees to it that an agent comes. */
async function call(): Promise<Guest> {
  callers ??= await pageCallers(world.api);
  return callByPage(world.api, callers);
}

/** Writes to the agent, and waits for its voice. @returns what the model was told first. */
async function instructionsOf(caller: Guest): Promise<string | undefined> {
  const { models } = world.edge;
  const before = models.requests('llm').length;
  const afterMs = performance.now();
  await caller.sendChat('Hello');
  await caller.waitForSpeech({ afterMs, timeoutMs: SOON_MS });
  const asked = models.requests('llm').slice(before);
  const messages = asked.find(({ details }) => details)?.details?.messages;
  return messages?.find(({ role }) => role === 'system')?.content;
}

test('helm install brings everything up', async () => {
  await applyPrompt('You are the first prompt.');
  const { api } = world;
  await timed(
    'helm install to all pods ready',
    mustDeploy(api, 'install', release())
      .then(() => eventually('the relay', isRelayThere, SOON_MS))
      .then(() => rolledOut(api)),
  );
  const pods = await api.list<KubeObject & { status: { phase: string } }>(`${CORE}/pods`);
  expect(pods.map(({ status }) => status.phase)).toEqual(['Running', 'Running', 'Running', 'Running']);
  const routes = '/apis/gateway.networking.k8s.io/v1/namespaces/livekit/httproutes';
  expect(await api.list(routes)).toMatchObject([{ spec: { hostnames: [HOST] } }]);
});

const isRelayThere = async () =>
  world.api.get(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments/udp-gateway`);

test('LiveKit, worker and page answer with metrics', async () => {
  expect(await metricsAt('livekit-server', 6789)).toContain('livekit_node_');
  expect(await metricsAt(`${RELEASE}-agent`, 8081)).toContain('voice_agent_calls_active 0');
  expect(await metricsAt(`${RELEASE}-web`, 8081)).toContain('process_cpu_seconds_total');
});

test('the pods can do and read no more than they need', async () => {
  const pod = await podOf(world.api, 'agent');
  const { pid } = processOf(pod);
  const status = readIn(pod, '/proc/1/status');
  expect(status).toMatch(/^Uid:\t10001\t10001/m);
  expect(status).toMatch(/^CapBnd:\t0{16}$/m);
  expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  const written = await shellIn(
    pod,
    'for dir in /app /etc/voice-agent/config /tmp; do touch $dir/x 2>&1; ls $dir/x; done',
  );
  expect(written.match(/Read-only file system|^\/.*/gm)).toEqual([
    ...['Read-only file system', 'Read-only file system'],
    '/tmp/x',
  ]);
  const secret = statSync(`/proc/${pid}/root/etc/voice-agent/secrets/LIVEKIT_API_SECRET`);
  expect({ mode: (secret.mode & 0o777).toString(8), gid: secret.gid }).toEqual({ mode: '440', gid: 10001 });
});

const helmTest = (what: string) => timed(what, world.api.helm(['test', RELEASE, '--logs', '--timeout=60s']));

test('helm test finds every hop in order, those of the cluster too', async () => {
  await judgeRoute(world.api, 'Accepted');
  const { code, output } = await helmTest('helm test');
  expect(output).toMatch(/^Phase: +Succeeded$/m);
  expect(output).not.toMatch(/^fail /m);
  const fine = output.match(/^ok +kube-\w+/gm)?.map((line) => line.split(/ +/)[1]);
  expect(fine).toEqual(KUBE.map(({ id }) => id));
  expect(code, output).toBe(0);
});

test('with the load balancer’s UDP listener gone it stays green, and says that it cannot know', async () => {
  const mend = world.kubelet.cutDoor(`UDP ${NODE.loadBalancerIp}:3478`);
  const { output } = await helmTest('helm test without the load balancer’s UDP').finally(mend);
  expect(output).toMatch(/^Phase: +Succeeded$/m);
  expect(output).toMatch(/^ok +kube-service .*\n +whether the load .* cannot be seen from inside/m);
});

test('a refused HTTPRoute and a deleted UDPRoute turn it red, with their names and what to do', async () => {
  const { api } = world;
  await judgeRoute(api, 'NotAllowedByListeners');
  await api.delete(`/apis/stunner.l7mp.io/v1/namespaces/${NAMESPACE}/udproutes/livekit-media-plane`);
  const { output } = await helmTest('helm test without its routes');
  expect(output).toMatch(/^Phase: +Failed$/m);
  expect(output).toMatch(/^fail +kube-httproute .*(\n .*)* kubectl edit gateway envoy/m);
  expect(output).toMatch(/^fail +kube-udproute .*(\n .*)* no UDPRoute names Gateway udp-gateway/m);
  // Doing what it says.
  const [, manifest = ''] = /kubectl apply -f - <<EOF\n([\s\S]*?)→ EOF/.exec(output) ?? [];
  const applied = await api.kubectl(['apply', '-f', '-'], manifest.replaceAll(/^ +→ /gm, ''));
  expect(applied.code, applied.output).toBe(0);
  await judgeRoute(api, 'Accepted');
  const routes = () => kubeHops(world, 'kube-httproute', 'kube-udproute');
  await eventually('both routes', async () => (await routes()).every((one) => one.verdict === 'ok'), SOON_MS);
  // The release's own comes back with the next upgrade.
  await api.delete(`/apis/stunner.l7mp.io/v1/namespaces/${NAMESPACE}/udproutes/livekit-media-plane`);
});

test('a call is answered with the prompt of the ConfigMap', async () => {
  expect(await instructionsOf(await call())).toBe('You are the first prompt.');
});

test('a prompt edited with kubectl is in the next call, with no restart', async () => {
  const pod = await podOf(world.api, 'agent');
  await applyPrompt('You are the second prompt.');
  const heard = async () => {
    const instructions = await instructionsOf(await call());
    await callers.leave();
    return instructions === 'You are the second prompt.';
  };
  await timed('prompt edit to a call that has it', eventually('a call that has it', heard, PROMPT_WITHIN_MS));
  expect(readIn(pod, '/etc/voice-agent/prompts/default.md')).toBe('You are the second prompt.');
  expect((await podOf(world.api, 'agent')).metadata.uid).toBe(pod.metadata.uid);
  expect(processOf(await podOf(world.api, 'agent'))).toEqual(processOf(pod));
});

test('a changed configuration rolls worker and page, and a live call goes on', async () => {
  const { api } = world;
  const [agent, livekit] = [await podOf(api, 'agent'), await podOf(api, 'livekit')];
  const caller = await call();
  await timed(
    'helm upgrade to new pods ready',
    mustDeploy(api, 'upgrade', release({ level: 'debug' })).then(() => rolledOut(api)),
  );
  expect((await podOf(api, 'livekit')).metadata.uid, 'nothing changed for LiveKit').toBe(
    livekit.metadata.uid,
  );
  const [draining, fresh] = await podsOf(api, 'agent');
  expect(draining?.metadata).toMatchObject({ uid: agent.metadata.uid, deletionTimestamp: expect.anything() });
  expect(readIn(await podOf(api, 'agent'), '/etc/voice-agent/config/config.yaml')).toContain('level: debug');

  expect(await instructionsOf(caller), 'the call is still answered').toBe('You are the second prompt.');
  const second = await call();
  expect(await instructionsOf(second)).toBe('You are the second prompt.');
  const callsOf = async (pod: typeof fresh) =>
    /^voice_agent_calls_active (\d+)$/m.exec(
      await (await fetch(`http://${pod?.status.podIP}:8081/metrics`)).text(),
    )?.[1];
  expect([await callsOf(draining), await callsOf(fresh)]).toEqual(['1', '1']);

  await callers.leave();
  const isGone = async () => !(await api.get(`${CORE}/pods/${agent.metadata.name}`));
  await timed('end of its last call to the drained pod gone', eventually('its end', isGone, SOON_MS));
});

test('a changed LiveKit keeps a live call; restarted workers serve the new one', async () => {
  const { api } = world;
  const before = await podOf(api, 'livekit');
  const caller = await call();
  const changed = release({ level: 'debug' }, { logging: { level: 'debug' } });
  await timed(
    'helm upgrade to a new LiveKit ready',
    mustDeploy(api, 'upgrade', changed).then(() => rolledOut(api)),
  );
  expect((await podOf(api, 'livekit')).metadata.uid).not.toBe(before.metadata.uid);
  // The workers that are there have a connection to the old one, which waits for its calls.
  await restartWorkers();
  expect(await instructionsOf(caller), 'the call is still answered').toBe('You are the second prompt.');
  expect(await instructionsOf(await call())).toBe('You are the second prompt.');
  await callers.leave();
  const isGone = async () => !(await api.get(`${CORE}/pods/${before.metadata.name}`));
  await timed('end of its last call to the drained LiveKit gone', eventually('its end', isGone, SOON_MS));
});

async function restartWorkers(): Promise<void> {
  const { api } = world;
  const before = (await podOf(api, 'agent')).metadata.uid;
  await api.kubectl(['rollout', 'restart', `deployment/${RELEASE}-agent`]);
  await timed('rollout restart of the worker', rolledOut(api));
  expect((await podOf(api, 'agent')).metadata.uid).not.toBe(before);
}

test('a container that dies is started again', async () => {
  const { api } = world;
  const before = await podOf(api, 'web');
  process.kill(processOf(before).pid, 'SIGKILL');
  const restarted = async () => {
    const { metadata, status } = await podOf(api, 'web');
    const [container] = status.containerStatuses ?? [];
    return (
      metadata.uid === before.metadata.uid && container?.ready && container.restartCount === 1 && container
    );
  };
  const container = await timed('killed container to ready', eventually('its restart', restarted, SOON_MS));
  expect(container.lastState.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
});

test('nobody asked for a name outside the cluster', () => {
  // The check looks up the name that browsers use, too.
  const isInside = (name: string) => name.endsWith('.cluster.local') || name === HOST;
  expect(world.kubelet.dnsNames().filter((name) => !isInside(name))).toEqual([]);
  expect(world.kubelet.dnsNames()).toContain('livekit-server.livekit.svc.cluster.local');
});

test('helm uninstall leaves the secrets that would be missed, and the log of the last check', async () => {
  const { api } = world;
  await timed('helm uninstall', uninstall(api));
  const left = async (kind: string) =>
    (await api.list(`${CORE}/${kind}`)).map(({ metadata }) => metadata.name).sort();
  // A relay that goes waits for clients that did not tell it that they are gone: for ten minutes, as TURN has it.
  const relays = () => api.list(`${CORE}/pods?labelSelector=app%3Dstunner`);
  const isGoing = async () => (await relays()).every(({ metadata }) => metadata.deletionTimestamp);
  await eventually('the relay to go', isGoing, SOON_MS);
  for (const { metadata } of await relays()) {
    await api.delete(`${CORE}/pods/${metadata.name}`, { gracePeriodSeconds: 1 });
  }
  await eventually('no other pods', async () => `${await left('pods')}` === `${RELEASE}-check`, SOON_MS);
  expect(await left('secrets')).toEqual(['livekit-server-keys', `${RELEASE}-turn`, `${RELEASE}-web`]);
  expect(await left('configmaps')).toEqual([PROMPTS, 'kube-root-ca.crt']);
  expect(await left('services')).toEqual([]);
});
