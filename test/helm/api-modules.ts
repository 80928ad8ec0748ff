import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { AppError } from '../../src/errors.ts';

/** Go modules that hold the API definitions a manifest is judged by: version, and hash of the content. */
export const API_MODULES = {
  'k8s.io/kubernetes': ['v1.36.3', 'h1:qDQdoMiluAE2Eab6Fa52YV+WjiGz9mZFFoagEA6cI+o='],
  'sigs.k8s.io/gateway-api': ['v1.4.1', 'h1:NPxFutNkKNa8UfLd2CMlEuhIPMQgDQ6DXNKG9sHbJU8='],
  'github.com/l7mp/stunner': ['v1.2.1', 'h1:Nzk40RBDnGba3S+fLqcPMzJVkAT3nvLwEZBdfSnauVQ='],
  'github.com/prometheus-operator/prometheus-operator': [
    'v0.85.0',
    'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=',
  ],
  'github.com/kedacore/keda/v2': ['v2.21.0', 'h1:R6z2HZvstK4RLUMxroNACzBj74xGxt3kG59b5Xc+Xps='],
  'github.com/envoyproxy/gateway': ['v1.9.1', 'h1:vAVp6/AlBXJ1aOhp1mxL7fNEzVEfjADUguUhm2wzxQY='],
} as const;

export type ApiModule = keyof typeof API_MODULES;

/**
 * The module's folder in Go's cache, downloaded if need be (all of them: 30 MB, ten seconds).
 *
 * @throws AppError when Go is missing, the module cannot be had, or its content is not the pinned one.
 */
export async function moduleDir(name: ApiModule): Promise<string> {
  const [version, sum] = API_MODULES[name];
  const args = ['mod', 'download', '-json', `${name}@${version}`];
  // Outside any module: only the one asked for is fetched, not what it requires.
  const { stdout } = await promisify(execFile)('go', args, { cwd: tmpdir() }).catch((cause: unknown) => {
    throw new AppError(`Go could not download ${name}@${version}.`, {
      hint: 'install Go (https://go.dev/dl), or set GOPROXY to a proxy that has it',
      cause,
    });
  });
  const found: { Dir: string; Sum: string } = JSON.parse(stdout);
  if (found.Sum !== sum) {
    throw new AppError(`${name}@${version} is ${found.Sum}, not ${sum}.`, {
      hint: 'the module proxy gave something else than was pinned: find out why before you trust it',
    });
  }
  return found.Dir;
}

/** Downloads all of them: in the node's namespace of the cluster tests there is no network. */
export async function fetchModules(): Promise<void> {
  await Promise.all((Object.keys(API_MODULES) as ApiModule[]).map(moduleDir));
}
