import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolPath } from '../tools.ts';
import { CHART, type Manifest, parseManifests, run } from './chart.ts';

/** Secrets by name, and a namespace as `namespace/<its name>`, as an API server has them. */
export type Stored = Map<string, Manifest>;

const API_VERSION = { kind: 'APIVersions', versions: ['v1'] };
const CORE = {
  kind: 'APIResourceList',
  groupVersion: 'v1',
  resources: [
    { name: 'secrets', namespaced: true, kind: 'Secret', verbs: ['get'] },
    { name: 'namespaces', namespaced: false, kind: 'Namespace', verbs: ['get'] },
  ],
};

function answer(path: string, stored: Stored): { status: number; body: object } {
  const ok = (body: object) => ({ status: 200, body });
  if (path === '/version') return ok({ major: '1', minor: '30', gitVersion: 'v1.30.0' });
  if (path === '/api') return ok(API_VERSION);
  if (path === '/apis') return ok({ kind: 'APIGroupList', apiVersion: 'v1', groups: [] });
  if (path === '/api/v1') return ok(CORE);
  const secret = path.match(/^\/api\/v1\/namespaces\/livekit\/secrets\/([^/]+)$/)?.[1];
  const namespace = path.match(/^\/api\/v1\/(namespaces\/[^/]+)$/)?.[1]?.replace('namespaces', 'namespace');
  const found = stored.get(secret ?? namespace ?? '');
  if (found) return ok(found);
  return {
    status: 404,
    body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 },
  };
}

/**
 * What `helm install` would render against a cluster that has these Secrets and no custom resources: Helm asks a server
 * on loopback that knows nothing else. Secrets that it renders are stored, as an installation would.
 *
 * @param options - more of `helm template`; with `--validate` it asks for the kinds too, as an installation does.
 * @throws Error with what Helm says when it refuses.
 */
export async function installOn(
  stored: Stored,
  values: Record<string, unknown>,
  options: readonly string[] = [],
): Promise<Manifest[]> {
  const server = createServer((request, response) => {
    const { status, body } = answer((request.url ?? '').split('?')[0] ?? '', stored);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const home = await mkdtemp(join(tmpdir(), 'fake-cluster-'));
  try {
    const { port } = server.address() as AddressInfo;
    const kubeconfig = join(home, 'config');
    await writeFile(kubeconfig, JSON.stringify(kubeconfigFor(port)));
    const target = ['--kubeconfig', kubeconfig, '--namespace', 'livekit', '--disable-openapi-validation'];
    const args = ['template', 'va', CHART, '--dry-run=server', ...target, ...options, '-f', '-'];
    const { code, output } = await run(await toolPath('helm'), args, JSON.stringify(values));
    if (code !== 0) throw new Error(output);
    const manifests = parseManifests(output);
    for (const secret of manifests.filter(({ kind }) => kind === 'Secret'))
      stored.set(secret.metadata.name, secret);
    return manifests;
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(home, { recursive: true });
  }
}

const kubeconfigFor = (port: number) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'fake',
  clusters: [{ name: 'fake', cluster: { server: `http://127.0.0.1:${port}` } }],
  contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
  users: [{ name: 'fake', user: {} }],
});
