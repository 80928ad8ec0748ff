import { expect, test } from 'vitest';
import { render } from './chart.ts';
import { workload } from './pods.ts';

const envOf = async (agent: object): Promise<unknown> =>
  workload(await render({ values: { agent } }), 'agent').container.env;

test('workers send traces with the headers of a Secret, and say which pod they are', async () => {
  const secrets = { OTEL_EXPORTER_OTLP_HEADERS: { existingSecret: 'collector', key: 'headers' } };
  const env = await envOf({ config: { trace: { endpoint: 'http://jaeger:4318' } }, secrets });
  const file = '/etc/voice-agent/secrets/OTEL_EXPORTER_OTLP_HEADERS';
  expect(env).toContainEqual({ name: 'OTEL_EXPORTER_OTLP_HEADERS_FILE', value: file });
  const value = 'k8s.namespace.name=livekit,k8s.pod.name=$(POD_NAME)';
  expect(env).toContainEqual({ name: 'OTEL_RESOURCE_ATTRIBUTES', value });
});

test('without a collector nothing of traces is there', async () => {
  expect(JSON.stringify(await envOf({}))).not.toContain('OTEL');
});
