import type { Config } from '../config/schema.ts';
import { AppError } from '../errors.ts';
import { linesAt, type ToldLines, together, UNKNOWN_LINES } from '../observe/lines.ts';

/**
 * What the workers behind CHECK_READY_URLS say of their call slots, or, without such, the one that runs beside this
 * program, as in its pod.
 */
export async function workerLines(
  { check, agent }: Pick<Config, 'check' | 'agent'>,
  ask: typeof fetch,
): Promise<ToldLines> {
  const named = check.readyUrls.split(',').map((url) => url.trim());
  const urls = named.filter(Boolean);
  const asked = urls.length > 0 ? urls : [`http://127.0.0.1:${agent.healthPort}`];
  const told = await Promise.all(asked.map((url) => linesAt(url, { fetch: ask })));
  // A page beside them has no lines to tell of.
  const workers = told.filter(({ lines }) => lines !== 'unknown');
  return workers.length > 0 ? together(workers) : UNKNOWN_LINES;
}

/**
 * So many requests at once as calls could come now, and no more: those that run lose nothing by it.
 *
 * @throws AppError when fewer call slots are free, or nobody says how many.
 */
export async function requireFreeSlots(
  parallel: number | undefined,
  config: Pick<Config, 'check' | 'agent'>,
  ask: typeof fetch,
): Promise<void> {
  if (parallel === undefined || parallel === 1) return;
  const { lines, free } = await workerLines(config, ask);
  if (parallel <= free) return;
  const isKnown = lines !== 'unknown';
  const why = isKnown ? `${free} call slot(s) are free` : 'no worker says how many call slots are free';
  throw new AppError(`--parallel ${parallel}: ${why}`, {
    hint: isKnown ? `--parallel ${Math.max(1, free)}` : 'CHECK_READY_URLS=http://<worker>:8081/readyz',
  });
}
