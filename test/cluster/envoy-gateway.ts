import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Child, startChild } from '../../src/dev/child.ts';
import { AppError } from '../../src/errors.ts';
import { type ApiModule, moduleDir } from '../helm/api-modules.ts';
import { toolPath } from '../tools.ts';
import type { Api } from './api.ts';
import { NODE } from './node-namespace.ts';
import { logDir } from './notes.ts';

const NAMESPACE = 'envoy-gateway-system';
/** All of the Gateway API's, and its own: it does not start without. */
const DEFINITIONS: readonly [ApiModule, string][] = [
  ['sigs.k8s.io/gateway-api', 'config/crd/standard'],
  ['github.com/envoyproxy/gateway', 'charts/gateway-helm/charts/crds/crds/generated'],
];
const SETTINGS = {
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'EnvoyGateway',
  gateway: { controllerName: 'gateway.envoyproxy.io/gatewayclass-controller' },
  provider: { type: 'Kubernetes', kubernetes: { leaderElection: { disable: true } } },
};

/** It looks for its certificates in /certs and nowhere else: it gets a root folder of its own. */
const IN_OWN_ROOT = `set -eu
root=$1 node=$2 program=$3
shift 3
mkdir -p "$root/certs" "$root/etc" "$root/proc" "$root/dev" "$root/tmp" "$root$node"
touch "$root/envoy-gateway"
mount --bind "$node" "$root$node"
mount --bind /etc "$root/etc"
mount --rbind /dev "$root/dev"
mount -t proc none "$root/proc"
mount --bind "$program" "$root/envoy-gateway"
exec chroot "$root" /envoy-gateway "$@"`;

/**
 * Starts Envoy Gateway's control plane, which judges Gateways and routes; no Envoy runs. It takes ports 8080 and 8081 of
 * every address of the node.
 *
 * @param dir - on the node's own disk.
 * @returns ends it.
 * @throws AppError when it refuses what it needs.
 */
export async function startEnvoyGateway(
  api: Api,
  kubeconfig: string,
  dir: string,
): Promise<() => Promise<void>> {
  const files: string[] = [];
  for (const [module, folder] of DEFINITIONS) {
    const dir = join(await moduleDir(module), folder);
    const names = (await readdir(dir)).filter((name) => /^gateway\..*\.yaml$/.test(name));
    files.push(...names.flatMap((name) => ['-f', join(dir, name)]));
  }
  const applied = await api.kubectl(['apply', '--server-side', '--force-conflicts', ...files]);
  if (applied.code !== 0) throw new AppError(`kubectl apply: ${applied.output}`);
  await api.create('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
  const root = join(dir, 'root');
  await mkdir(join(root, 'certs'), { recursive: true });
  await writeFile(join(dir, 'settings.yaml'), JSON.stringify(SETTINGS));
  const env = {
    PATH: process.env.PATH,
    KUBECONFIG: kubeconfig,
    ENVOY_GATEWAY_NAMESPACE: NAMESPACE,
    HOME: '/tmp',
  };
  const program = await toolPath('envoy-gateway');
  const command = (...args: string[]): [string, string[]] => [
    'unshare',
    ['--mount', 'sh', '-c', IN_OWN_ROOT, 'sh', root, NODE.dir, program, ...args],
  ];
  const [unshare, certgen] = command('certgen', '--disable-topology-injector');
  await promisify(execFile)(unshare, certgen, { env });
  const secret = await api.get<{ data: Record<string, string> }>(
    `/api/v1/namespaces/${NAMESPACE}/secrets/envoy-gateway`,
  );
  for (const [name, value] of Object.entries(secret?.data ?? {}))
    await writeFile(join(root, 'certs', name), Buffer.from(value, 'base64'));
  const [, args] = command('server', '--config-path', join(dir, 'settings.yaml'));
  const logFile = join(logDir(), 'envoy-gateway.log');
  const child: Child = startChild({ command: unshare, args, env, cwd: dir, logFile });
  return async () => {
    child.kill();
    await child.exited;
  };
}
