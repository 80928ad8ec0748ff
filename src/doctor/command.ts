import type { Check, Means, Result } from './check.ts';
import { renderResult, renderSummary } from './render.ts';
import { type RunOptions, runChecks } from './run.ts';

export interface CheckFlags {
  json?: boolean;
  /** Ids by comma. */
  only?: string;
  repeat?: number;
  files?: string;
  kube?: boolean;
  /** The hops of `kube`, and those from inside after them. */
  withKube?: boolean;
  /** Of both. */
  namespace?: string;
}

interface Checked {
  results: readonly Result[];
  summary: string;
}

/** As a shell says of a program that SIGINT ended. */
const EXIT_INTERRUPTED = 130;

/**
 * `voice-agent check`: the table, or with `json` one document, on stdout; who watches a terminal sees on stderr what is
 * being tried. SIGINT and SIGTERM end it with what it has, after undoing what it left anywhere.
 *
 * @returns the exit code: 1 only when a hop failed.
 */
export async function runCheckCommand({ json = false, ...flags }: CheckFlags): Promise<number> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const progress = progressLine(json);
  const { results, summary } = await placeFor(flags)({
    ...(flags.only !== undefined && { only: flags.only.split(',').map((id) => id.trim()) }),
    ...(flags.repeat !== undefined && { repeat: flags.repeat }),
    signal: interrupted.signal,
    onStart: progress.started,
    onResult: progress.ended,
  });
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  console.log(json ? JSON.stringify({ checks: results }, null, 2) : `\n${summary}`);
  if (interrupted.signal.aborted) return EXIT_INTERRUPTED;
  return results.some(({ verdict }) => verdict === 'fail') ? 1 : 0;
}

/** From where the hops are tried, by what was asked for. Each loads its code when it is chosen. */
function placeFor({
  files,
  kube,
  withKube,
  namespace,
}: CheckFlags): (options: RunOptions) => Promise<Checked> {
  if (files !== undefined) return (options) => judge(files, options);
  if (kube) return (options) => tryKube(namespace, options);
  if (withKube) return (options) => tryBoth(namespace, options);
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

async function tryInside(options: RunOptions): Promise<Checked> {
  const { tryFromAgent } = await import('./try-inside.ts');
  const results = await tryFromAgent(options);
  return { results, summary: renderSummary(results) };
}

/** The hops of a place, and the line that sums them up. */
export async function tryHops<C extends object>(
  checks: readonly Check<C>[],
  context: C & Pick<Means, 'fetch'>,
  options: RunOptions,
): Promise<Checked> {
  const results = await runChecks(checks, context, options);
  return { results, summary: renderSummary(results) };
}

async function judge(path: string, { onResult = () => {} }: RunOptions): Promise<Checked> {
  const { judgeFiles } = await import('./files/judge.ts');
  const { summaryOf } = await import('./files/results.ts');
  const results = await judgeFiles(path);
  results.forEach(onResult);
  return { results, summary: summaryOf(results) };
}

const ERASE_LINE = '\r\x1b[2K';

/** Results as they come, on stderr beside a document; below them on a terminal what is being tried now. */
function progressLine(json: boolean) {
  const running = new Set<string>();
  const isWatched = process.stderr.isTTY;
  const erase = () => isWatched && process.stderr.write(ERASE_LINE);
  const show = () => {
    if (isWatched && running.size > 0)
      process.stderr.write(
        `${ERASE_LINE}trying ${[...running].join(', ')} …`.slice(0, process.stderr.columns),
      );
  };
  return {
    started(id: string): void {
      running.add(id);
      show();
    },
    ended(result: Result): void {
      running.delete(result.id);
      erase();
      if (!json) console.log(renderResult(result));
      else if (isWatched) console.error(renderResult(result));
      show();
    },
  };
}
