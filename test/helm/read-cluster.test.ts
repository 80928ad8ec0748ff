import { expect, test } from 'vitest';
import { KINDS } from '../../src/doctor/kube/reading.ts';
import { find, render, SCENARIOS } from './chart.ts';
import { workload } from './pods.ts';

interface Role {
  rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

const READING = {
  files: ['values-cce.yaml'],
  values: { ...SCENARIOS['values-cce']?.values, check: { readCluster: true } },
};
const RBAC = ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];

test('by default nothing of the release may read the cluster', async () => {
  const manifests = await render(SCENARIOS['values-cce']);
  expect(manifests.filter(({ kind }) => RBAC.includes(kind))).toEqual([]);
  expect(JSON.stringify(manifests)).not.toContain('serviceAccountToken');
});

test('the check’s account may read what check --kube reads, and nothing else', async () => {
  const manifests = await render(READING);
  const rules = ['Role', 'ClusterRole'].flatMap((kind) => (find(manifests, kind) as unknown as Role).rules);
  const allowed = rules.flatMap(({ apiGroups: [group = ''], resources }) =>
    resources.map((resource) => `${group}/${resource}`),
  );
  const read = Object.values(KINDS).map(
    ({ api, plural }) => `${api.split('/')[0] === 'api' ? '' : api.split('/')[1]}/${plural}`,
  );
  expect(allowed.sort()).toEqual(read.sort());
  expect(new Set(rules.flatMap(({ verbs }) => verbs))).toEqual(new Set(['get', 'list']));
});

test('its token stands in the check’s pod alone', async () => {
  const manifests = await render(READING);
  const { spec, container } = workload(manifests, 'check');
  expect(spec).toMatchObject({ serviceAccountName: 'va-check', automountServiceAccountToken: false });
  expect(container.volumeMounts).toContainEqual({
    name: 'account',
    mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
    readOnly: true,
  });
  const others = manifests.filter(({ metadata }) => metadata.name !== 'va-check');
  expect(JSON.stringify(others)).not.toContain('serviceAccountToken');
  expect(workload(manifests, 'agent').spec.serviceAccountName).toBe('va');
});

test('its policy lets it out to the API, only then', async () => {
  const portsOf = async (rendering: object) =>
    JSON.stringify(find(await render(rendering), 'NetworkPolicy', 'va-check').spec);
  expect(await portsOf(READING)).toContain('"port":6443');
  expect(await portsOf(SCENARIOS['values-cce'] ?? {})).not.toContain('"port":6443');
});
