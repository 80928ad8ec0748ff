import { join } from 'node:path';
import { AppError } from '../../src/errors.ts';
import { type ApiModule, moduleDir } from '../helm/api-modules.ts';
import { CRD_FILES } from '../helm/api-schemas.ts';
import type { Api } from './api.ts';

const FILES: readonly [ApiModule, string][] = [
  ...CRD_FILES,
  // STUNner's operator looks for it though the chart uses STUNner's own.
  ['sigs.k8s.io/gateway-api', 'config/crd/experimental/gateway.networking.k8s.io_udproutes.yaml'],
];

/** Downloads what is missing of the modules that hold custom resource definitions. */
export async function fetchDefinitions(): Promise<string[]> {
  const modules = [...new Set(FILES.map(([module]) => module))];
  const dirs = new Map(
    await Promise.all(modules.map(async (module) => [module, await moduleDir(module)] as const)),
  );
  return FILES.map(([module, file]) => join(dirs.get(module) ?? '', file));
}

/**
 * Gives the API the custom resources of the Gateway API, STUNner, the Prometheus operator and KEDA, and makes up for
 * what the old operator lacks (dataplane-policy.yaml).
 *
 * @throws AppError with what kubectl says.
 */
export async function applyDefinitions(api: Api): Promise<void> {
  const files = (await fetchDefinitions()).flatMap((file) => ['-f', file]);
  const steps = [
    ['apply', '--server-side', ...files],
    ['wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all'],
    ['apply', '--server-side', '-f', join(import.meta.dirname, 'dataplane-policy.yaml')],
  ];
  for (const step of steps) {
    const { code, output } = await api.kubectl(step);
    if (code !== 0) throw new AppError(`kubectl ${step.join(' ')}: ${output}`);
  }
}
