import { expect, test } from 'vitest';
import { environmentOf, expand, fieldOf } from './env.ts';
import type { Data, ReadData } from './objects.ts';
import type { Container, Pod } from './types.ts';

const pod: Pod = {
  metadata: { name: 'sfu-1', namespace: 'livekit', uid: 'u', labels: { 'app.kubernetes.io/name': 'sfu' } },
  spec: { restartPolicy: 'Always', containers: [], nodeName: 'node-1' },
};
const field = fieldOf(pod, '10.244.0.12', '10.244.0.1');

const objects: Record<string, Data> = {
  'secrets/keys': { apiKey: Buffer.from('key'), apiSecret: Buffer.from('a$(KEY)b') },
  'configmaps/settings': { LEVEL: Buffer.from('info') },
};
const read: ReadData = async (kind, name) => objects[`${kind}/${name}`];

const environment = (container: Partial<Container>) =>
  environmentOf({ name: 'a', image: 'a', ...container }, read, field);

test.each([
  ['$(A)', 'one'],
  ['{$(A): $(B)}', '{one: two}'],
  ['$(UNKNOWN)', '$(UNKNOWN)'],
  ['$$(A)', '$(A)'],
  ['$$$(A)', '$one'],
  ['$(A', '$(A'],
  ['$A 5$', '$A 5$'],
])('%s becomes %s', (text, expanded) => {
  expect(expand(text, { A: 'one', B: 'two' })).toBe(expanded);
});

test('a value sees the variables before it, from Secrets too, and is not expanded twice', async () => {
  const keyFrom = (key: string) => ({ valueFrom: { secretKeyRef: { name: 'keys', key } } });
  const env = [
    { name: 'EARLY', value: '$(KEY)' },
    { name: 'KEY', ...keyFrom('apiKey') },
    { name: 'SECRET', ...keyFrom('apiSecret') },
    { name: 'CONFIG', value: 'keys: {$(KEY): $(SECRET)}' },
  ];
  expect(await environment({ env })).toEqual({
    EARLY: '$(KEY)',
    KEY: 'key',
    SECRET: 'a$(KEY)b',
    CONFIG: 'keys: {key: a$(KEY)b}',
  });
});

test('fields of the pod', async () => {
  const fromField = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  const env = [
    fromField('IP', 'status.podIP'),
    fromField('NAME', 'metadata.name'),
    fromField('APP', "metadata.labels['app.kubernetes.io/name']"),
  ];
  expect(await environment({ env })).toEqual({ IP: '10.244.0.12', NAME: 'sfu-1', APP: 'sfu' });
  await expect(environment({ env: [fromField('X', 'spec.nothing')] })).rejects.toThrow('spec.nothing');
});

test('a whole object comes first, and single variables win over it', async () => {
  const envFrom = [{ prefix: 'LOG_', configMapRef: { name: 'settings' } }];
  expect(await environment({ envFrom })).toEqual({ LOG_LEVEL: 'info' });
  expect(await environment({ envFrom, env: [{ name: 'LOG_LEVEL', value: 'debug' }] })).toEqual({
    LOG_LEVEL: 'debug',
  });
});

test('what is missing is named, unless it is optional', async () => {
  const from = (name: string, key: string, optional: boolean) => [
    { name: 'A', valueFrom: { secretKeyRef: { name, key, optional } } },
  ];
  await expect(environment({ env: from('keys', 'other', false) })).rejects.toThrow('keys has no key other');
  await expect(environment({ env: from('none', 'a', false) })).rejects.toThrow('secrets none');
  expect(await environment({ env: from('none', 'a', true) })).toEqual({});
});
