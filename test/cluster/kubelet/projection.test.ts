import { expect, test } from 'vitest';
import type { Data, ReadData } from './objects.ts';
import { filesOf, type ProjectionSources } from './projection.ts';
import type { Volume } from './types.ts';

const objects: Record<string, Data> = {
  'configmaps/prompts': { 'default.md': Buffer.from('Be brief.'), 'other.md': Buffer.from('Be long.') },
  'secrets/keys': { apiKey: Buffer.from('key'), apiSecret: Buffer.from('secret') },
};
const read: ReadData = async (kind, name) => objects[`${kind}/${name}`];

async function files(volume: Omit<Volume, 'name'>, more: Partial<ProjectionSources> = {}) {
  const sources = { read, field: (path: string) => path, token: async () => 'token', fsGroup: undefined };
  const found = await filesOf({ name: 'v', ...volume }, { ...sources, ...more });
  return found?.map(({ path, content, mode }) => `${path} ${mode.toString(8)} ${content}`);
}

test('a ConfigMap as a folder', async () => {
  expect(await files({ configMap: { name: 'prompts' } })).toEqual([
    'default.md 644 Be brief.',
    'other.md 644 Be long.',
  ]);
});

test('items choose keys, paths and modes', async () => {
  const items = [{ key: 'apiKey', path: 'a/KEY', mode: 0o400 }];
  expect(await files({ secret: { secretName: 'keys', defaultMode: 0o440, items } })).toEqual([
    'a/KEY 400 key',
  ]);
});

test('a projected volume holds files of several sources, the later over the earlier', async () => {
  const sources = [
    { secret: { name: 'keys', items: [{ key: 'apiKey', path: 'one' }] } },
    { configMap: { name: 'prompts', items: [{ key: 'default.md', path: 'one' }] } },
    { serviceAccountToken: { path: 'token' } },
    { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
  ];
  expect(await files({ projected: { sources, defaultMode: 0o440 } })).toEqual([
    'one 440 Be brief.',
    'token 440 token',
    'name 440 metadata.name',
  ]);
});

test('fsGroup lets its members read what the mode would hide', async () => {
  const secret = { secretName: 'keys', defaultMode: 0o400, items: [{ key: 'apiKey', path: 'k' }] };
  expect(await files({ secret }, { fsGroup: 10001 })).toEqual(['k 440 key']);
});

test('what is missing is named, unless it is optional', async () => {
  await expect(files({ configMap: { name: 'none' } })).rejects.toThrow('configmaps none');
  await expect(
    files({ secret: { secretName: 'keys', items: [{ key: 'none', path: 'a' }] } }),
  ).rejects.toThrow('has no key none');
  expect(await files({ configMap: { name: 'none', optional: true } })).toEqual([]);
});

test('the pod fills an emptyDir itself, and other kinds of volume are refused', async () => {
  expect(await files({ emptyDir: {} })).toBeUndefined();
  await expect(filesOf({ name: 'v', hostPath: {} } as Volume, {} as ProjectionSources)).rejects.toThrow(
    'hostPath',
  );
});
