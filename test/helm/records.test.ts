import { expect, test } from 'vitest';
import { find, render, SCENARIOS } from './chart.ts';
import { workload } from './pods.ts';

const scenario = (name: string) => SCENARIOS[name] ?? {};

test('records have a folder in the pods: an emptyDir, or a claim', async () => {
  const agent = workload(await render(scenario('monitored')), 'agent');
  expect(agent.container.volumeMounts).toContainEqual({ name: 'records', mountPath: '/tmp/records' });
  expect(agent.spec.volumes).toContainEqual({ name: 'records', emptyDir: { sizeLimit: '4Gi' } });
  const claimed = workload(await render(scenario('overrides')), 'agent');
  expect(claimed.spec.volumes).toContainEqual({
    name: 'records',
    persistentVolumeClaim: { claimName: 'records' },
  });
});

test('the program is told the folder, and has its secrets as files', async () => {
  const manifests = await render(scenario('monitored'));
  expect(find(manifests, 'ConfigMap', 'va-config').data?.['config.yaml']).toContain('dir: /tmp/records');
  const { container } = workload(manifests, 'agent');
  expect(container.env).toContainEqual({
    name: 'WEBHOOK_SECRET_FILE',
    value: '/etc/voice-agent/secrets/WEBHOOK_SECRET',
  });
});
