import type { Result } from './check.ts';
import { renderResult } from './render.ts';
import type { Checked, RunOptions } from './run.ts';

/** From where hops are tried. */
export type Place = (options: RunOptions) => Promise<Checked>;

export interface TerminalFlags {
  json?: boolean;
  /** Ids by comma. */
  only?: string;
  repeat?: number;
  parallel?: number;
}

/** As a shell says of a program that SIGINT ended. */
const EXIT_INTERRUPTED = 130;

/**
 * Tries the hops of a place: the table, or with `json` one document, on stdout; who watches a terminal sees on stderr what
 * is being tried. SIGINT and SIGTERM end it with what it has, after undoing what it left anywhere.
 *
 * @returns the exit code: 1 only when a hop failed.
 */
export async function runOnTerminal(
  place: Place,
  { json = false, only, repeat, parallel }: TerminalFlags,
): Promise<number> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const progress = progressLine(json);
  const { results, summary } = await place({
    ...(only !== undefined && { only: only.split(',').map((id) => id.trim()) }),
    ...(repeat !== undefined && { repeat }),
    ...(parallel !== undefined && { parallel }),
    signal: interrupted.signal,
    onStart: progress.started,
    onResult: progress.ended,
  });
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  console.log(json ? JSON.stringify({ checks: results }, null, 2) : `\n${summary}`);
  if (interrupted.signal.aborted) return EXIT_INTERRUPTED;
  return results.some(({ verdict }) => verdict === 'fail') ? 1 : 0;
}

/** Ends the program when all that it printed is out: WebRTC keeps sockets and timers that nobody waits for. */
export async function exitWith(code: number): Promise<never> {
  for (const stream of [process.stdout, process.stderr])
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
  process.exit(code);
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
