import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseManifests, renderText, SCENARIOS } from '../helm/chart.ts';
import { allEmptied } from '../helm/emptied.ts';
import { workloadsOf } from '../helm/pods.ts';
import { type ControlPlane, NAMESPACE, startControlPlane } from './control-plane.ts';
import { applyDefinitions } from './definitions.ts';
import { deploy, RELEASE } from './helm-release.ts';
import { NODE } from './node-namespace.ts';

const IN_NAMESPACE = `/api/v1/namespaces/${NAMESPACE}`;
const PODS = `${IN_NAMESPACE}/pods?dryRun=All`;
const MODELS = { agent: { config: { openai: { baseUrl: 'http://gpu-host:8000/v1' } } } };
const EVERYTHING = {
  turn: { provider: 'stunner', host: NODE.loadBalancerIp },
  route: { enabled: true, host: 'voice.example.com', parentRefs: [{ name: 'envoy' }] },
  monitoring: { enabled: true },
};

let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane(join(NODE.dir, 'admission'));
  // What a dry run cannot bring along for the pods that follow, and what scaled-values.yaml asks of its cluster.
  for (const name of [RELEASE, `${RELEASE}-check`])
    await plane.api.create(`${IN_NAMESPACE}/serviceaccounts`, { metadata: { name } });
  await plane.api.create('/apis/scheduling.k8s.io/v1/priorityclasses', {
    metadata: { name: 'voice' },
    value: 1,
  });
});
afterAll(() => plane?.stop());

const dryRun = (text: string) =>
  plane.api.kubectl(['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'], text);

const EMPTIED = { 'all that can be null': { values: await allEmptied() } };

describe.concurrent.each(Object.entries({ ...SCENARIOS, ...EMPTIED }))('%s', async (_name, scenario) => {
  const text = await renderText(scenario);
  const manifests = parseManifests(text);

  test('is taken by the API server in every field, and by Pod Security without a warning', async () => {
    const { output, warnings } = await dryRun(text);
    expect(warnings).toBe('');
    expect(output.trim().split('\n')).toHaveLength(manifests.length);
  });

  test('makes pods that Pod Security `restricted` lets in', async () => {
    const workloads = workloadsOf(manifests);
    expect(workloads).not.toEqual([]);
    for (const { labels, annotations, spec } of workloads) {
      const metadata = { generateName: 'one-', labels, annotations };
      await expect(plane.api.create(PODS, { metadata, spec })).resolves.toMatchObject({ kind: 'Pod' });
    }
  });
});

test('the API server refuses a misspelt field', async () => {
  const text = await renderText({ files: ['ci/stunner-mixed-values.yaml'] });
  const { code, output } = await dryRun(text.replaceAll('endPort:', 'endport:'));
  expect({ code, output }).toMatchObject({
    code: 1,
    output: expect.stringContaining('endport: field not declared'),
  });
});

test('Pod Security refuses a privileged pod', async () => {
  const container = { name: 'one', image: 'one', securityContext: { privileged: true } };
  const pod = { metadata: { name: 'one' }, spec: { containers: [container] } };
  await expect(plane.api.create(PODS, pod)).rejects.toThrow(
    'violates PodSecurity "restricted:latest": privileged (container "one" must not set',
  );
});

/** Sentences of the chart's refusal, without Helm's frame. */
async function refusal(values: Record<string, unknown>): Promise<string[]> {
  const { code, output } = await deploy(plane.api, 'install', { values });
  expect(code).toBe(1);
  return output.split('\n').flatMap((line) => line.match(/^ {2}- (.*)/)?.slice(1) ?? []);
}

const releases = async () => JSON.parse((await plane.api.helm(['list', '--all', '-o', 'json'])).output);

test('without the custom resources an installation is refused, with a sentence for each that says what to do', async () => {
  const missing = ['dataplanes.stunner.l7mp.io', 'httproutes.gateway.networking.k8s.io'];
  await plane.api.kubectl(['delete', 'crd', ...missing, 'podmonitors.monitoring.coreos.com']);
  try {
    expect(await refusal({ ...MODELS, ...EVERYTHING })).toEqual([
      expect.stringMatching(
        /^The cluster has no stunner\.l7mp\.io\/v1\/Dataplane: install the STUNner gateway operator /,
      ),
      expect.stringMatching(
        /^The cluster has no gateway\.networking\.k8s\.io\/v1\/HTTPRoute: install the Gateway API /,
      ),
      expect.stringMatching(
        /^The cluster has no monitoring\.coreos\.com\/v1\/PodMonitor: install the Prometheus /,
      ),
    ]);
    expect(await releases()).toEqual([]);
  } finally {
    await applyDefinitions(plane.api);
  }
});

test('a secret of 16 characters that is in the cluster is refused with one sentence that says what to do', async () => {
  const stringData = { apiKey: 'APIold', apiSecret: 'sixteen-letters-' };
  await plane.api.create(`${IN_NAMESPACE}/secrets`, { metadata: { name: 'old' }, stringData });
  expect(await refusal({ ...MODELS, livekit: { keys: { existingSecret: 'old' } } })).toEqual([
    'Secret old (livekit.keys.existingSecret) has 16 characters in its key apiSecret: give at least 32, such as from `openssl rand -hex 24`.',
  ]);
});
