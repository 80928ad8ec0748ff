import type { Result } from './check.ts';
import { renderSummary } from './render.ts';
import { type Checked, type RunOptions, tryHops } from './run.ts';
import { type Place, runOnTerminal, type TerminalFlags } from './terminal.ts';

export interface CheckFlags extends TerminalFlags {
  files?: string;
  kube?: boolean;
  /** The hops of `kube`, and those from inside after them. */
  withKube?: boolean;
  /** Of both. */
  namespace?: string;
  /** Address of the page. */
  page?: string;
  /** Of `page`. */
  credentialFile?: string;
}

/** `voice-agent check`. @returns the exit code: 1 only when a hop failed. */
export const runCheckCommand = (flags: CheckFlags): Promise<number> => runOnTerminal(placeFor(flags), flags);

/** From where the hops are tried, by what was asked for. Each loads its code when it is chosen. */
function placeFor({ files, kube, withKube, namespace, page, credentialFile }: CheckFlags): Place {
  if (files !== undefined) return (options) => judge(files, options);
  if (kube) return (options) => tryKube(namespace, options);
  if (withKube) return (options) => tryBoth(namespace, options);
  if (page !== undefined) return (options) => tryOutside(page, credentialFile, options);
  return tryInside;
}

async function tryKube(namespace: string | undefined, options: RunOptions): Promise<Checked> {
  const { kubeContext } = await import('./kube/command.ts');
  const { KUBE } = await import('./kube/hops.ts');
  return tryHops(KUBE, { ...(await kubeContext(namespace)), fetch }, options);
}

/** What `helm test` runs: a hop that fails stands below the object that explains it. */
async function tryBoth(namespace: string | undefined, options: RunOptions): Promise<Checked> {
  const { only } = options;
  const some = (isKube: boolean) => only?.filter((id) => id.startsWith('kube-') === isKube);
  const results: Result[] = [];
  for (const isKube of [true, false]) {
    const ids = some(isKube);
    if (ids?.length === 0) continue;
    const part = { ...options, ...(ids && { only: ids }) };
    results.push(...(isKube ? await tryKube(namespace, part) : await tryInside(part)).results);
  }
  return { results, summary: renderSummary(results) };
}

async function tryOutside(
  page: string,
  credentialFile: string | undefined,
  options: RunOptions,
): Promise<Checked> {
  const { checkFromOutside } = await import('./outside/outside.ts');
  return checkFromOutside(page, credentialFile, options);
}

async function tryInside(options: RunOptions): Promise<Checked> {
  const { tryFromAgent } = await import('./try-inside.ts');
  const results = await tryFromAgent(options);
  return { results, summary: renderSummary(results) };
}

async function judge(path: string, { onResult = () => {} }: RunOptions): Promise<Checked> {
  const { judgeFiles } = await import('./files/judge.ts');
  const { summaryOf } = await import('./files/results.ts');
  const results = await judgeFiles(path);
  results.forEach(onResult);
  return { results, summary: summaryOf(results) };
}
