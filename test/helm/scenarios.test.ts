import { describe, expect, test } from 'vitest';
import { toolPath } from '../tools.ts';
import { schemaLocation } from './api-schemas.ts';
import {
  CHART,
  helm,
  type Manifest,
  parseManifests,
  type Rendering,
  render,
  renderText,
  run,
  SCENARIOS,
} from './chart.ts';

/** What kubeconform says against the definitions of Kubernetes and of every custom resource. */
async function conformance(text: string) {
  const args = ['-strict', '-output', 'json', '-summary', '-schema-location', await schemaLocation()];
  const { output } = await run(await toolPath('kubeconform'), args, text);
  return JSON.parse(output) as { resources: object[]; summary: Record<string, number> };
}

describe.each(Object.entries(SCENARIOS))('%s', async (_name, scenario) => {
  const text = await renderText(scenario);
  const manifests = parseManifests(text);

  test('lints without a warning', async () => {
    const { code, output } = await helm(['lint', '--strict', CHART], scenario);
    expect({ code, faults: output.split('\n').filter((line) => /^\[(WARNING|ERROR)\]/.test(line)) }).toEqual({
      code: 0,
      faults: [],
    });
  });

  test('renders objects that Kubernetes and the custom definitions know in every field', async () => {
    const { resources, summary } = await conformance(text);
    expect(resources).toEqual([]);
    expect(summary).toMatchObject({ valid: manifests.length, invalid: 0, errors: 0, skipped: 0 });
  });

  test('gives each object a name of its own, in the namespace of the release', () => {
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
    const clusterWide = ['GatewayClass', 'Dataplane', 'ClusterRole', 'ClusterRoleBinding'];
    const elsewhere = manifests.filter(({ metadata }) => metadata.namespace !== 'livekit');
    expect(elsewhere.map(({ kind }) => kind).filter((kind) => !clusterWide.includes(kind))).toEqual([]);
  });

  test('labels each object for who owns it', () => {
    for (const { metadata } of manifests) {
      expect(metadata.labels).toMatchObject({
        'app.kubernetes.io/name': 'livekit-voice-agent',
        'app.kubernetes.io/instance': 'va',
        'app.kubernetes.io/component': expect.stringMatching(/^[a-z]+$/),
        'app.kubernetes.io/managed-by': 'Helm',
        'helm.sh/chart': 'livekit-voice-agent-0.1.0',
      });
    }
  });

  test('renders the same again, but for what is generated', async () => {
    const withoutSecrets = (all: readonly Manifest[]) => all.filter(({ kind }) => kind !== 'Secret');
    expect(withoutSecrets(await render(scenario))).toEqual(withoutSecrets(manifests));
  });
});

test('kubeconform would see a misspelt field, in Kubernetes and in custom resources', async () => {
  const text = await renderText({ files: ['ci/monitored-values.yaml'] });
  const misspelt = text
    .replaceAll('terminationGracePeriodSeconds:', 'terminationGraceSeconds:')
    .replaceAll('endPort:', 'endport:');
  const { resources } = await conformance(misspelt);
  const kinds = resources.map((resource) => (resource as { kind: string }).kind);
  expect([...new Set(kinds)].toSorted()).toEqual(['Dataplane', 'Deployment', 'NetworkPolicy', 'UDPRoute']);
});

test('the names of a release with another name follow it', async () => {
  const names = (rendering: Rendering) =>
    render(rendering).then((all) => all.map(({ metadata }) => metadata.name));
  const [short, own] = await Promise.all([
    names({ release: 'a-release-with-a-name-as-long-as-helm-allows-53-chars' }),
    names({ values: { fullnameOverride: 'mine' } }),
  ]);
  expect(Math.max(...short.map((name) => name.length))).toBeLessThan(64);
  expect(own.filter((name) => !name.startsWith('mine'))).toEqual([]);
});
