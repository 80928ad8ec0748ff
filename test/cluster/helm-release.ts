import { join } from 'node:path';
import { type Answer, CHART, type Rendering } from '../helm/chart.ts';
import type { Api } from './api.ts';

/** The release's name in all cluster tests. */
export const RELEASE = 'va';

/** Answers to `helm install` and `helm upgrade` of this chart; values come from files of the chart and from memory. */
export function deploy(
  api: Api,
  verb: 'install' | 'upgrade',
  { files = [], values = {} }: Rendering,
  options: readonly string[] = [],
): Promise<Answer> {
  const sources = [...files.map((name) => join(CHART, name)), '-'].flatMap((file) => ['-f', file]);
  return api.helm([verb, RELEASE, CHART, ...sources, ...options], JSON.stringify(values));
}

/** @throws Error with what Helm says when it refuses. */
export async function mustDeploy(...args: Parameters<typeof deploy>): Promise<void> {
  const { code, output } = await deploy(...args);
  if (code !== 0) throw new Error(output);
}

/** @throws Error with what Helm says when it fails. */
export async function uninstall(api: Api): Promise<void> {
  const { code, output } = await api.helm(['uninstall', RELEASE, '--wait']);
  if (code !== 0) throw new Error(output);
}
