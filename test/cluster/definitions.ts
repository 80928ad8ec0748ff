import { join } from 'node:path';
import { AppError } from '../../src/errors.ts';
import { type ApiModule, moduleDir } from '../helm/api-modules.ts';
import { CRD_FILES } from '../helm/api-schemas.ts';
import type { KubeObject } from './answer.ts';
import type { Api } from './api.ts';
import { eventually } from './eventually.ts';

const SERVED_WITHIN_MS = 30_000;

const FILES: readonly [ApiModule, string][] = [
  ...CRD_FILES,
  // STUNner's operator looks for it though the chart uses STUNner's own.
  ['sigs.k8s.io/gateway-api', 'config/crd/experimental/gateway.networking.k8s.io_udproutes.yaml'],
];

/** Of the modules that hold them, which are there (`fetchModules`). */
async function definitionFiles(): Promise<string[]> {
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
  const files = (await definitionFiles()).flatMap((file) => ['-f', file]);
  await apply(api, files);
  // `kubectl wait` fails on a definition that has no conditions yet.
  const areServed = async () =>
    (await api.list<Definition>('/apis/apiextensions.k8s.io/v1/customresourcedefinitions')).every(isServed);
  await eventually('the custom resources to be served', areServed, SERVED_WITHIN_MS);
  await apply(api, ['-f', join(import.meta.dirname, 'dataplane-policy.yaml')]);
}

async function apply(api: Api, files: readonly string[]): Promise<void> {
  const { code, output } = await api.kubectl(['apply', '--server-side', ...files]);
  if (code !== 0) throw new AppError(`kubectl apply: ${output}`);
}

interface Definition extends KubeObject {
  status?: { conditions?: readonly { type: string; status: string }[] | null };
}

const isServed = ({ status }: Definition): boolean =>
  (status?.conditions ?? []).some((one) => one.type === 'Established' && one.status === 'True');
