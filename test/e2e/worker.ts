import { fileURLToPath } from 'node:url';
import { processSources } from '../../src/config/load.ts';
import { startChild } from '../../src/dev/child.ts';
import { createWatch, type Watch } from '../../src/probe/watch.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** A cold cache and a busy machine need this long. */
const READY_WITHIN_MS = 60_000;

/** One line of the worker's JSON log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly level: string; readonly msg: string };

/** The program under test, as a process of its own. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  readonly log: readonly LogLine[];
  readonly until: Watch['until'];
  /** The first line with this message that `matches`, now or to come. */
  logged(msg: string, options?: { timeoutMs?: number; matches?(line: LogLine): boolean }): Promise<LogLine>;
  /** Its output, the last lines. */
  describe(): string;
  stop(): Promise<void>;
}

/**
 * Runs what `npm run build` made of `voice-agent <command>` with exactly this environment, in a folder of its own: no `.env`,
 * and what it keeps in the temporary folder goes with it. Returns at once.
 *
 * @param command - `start`, or `web` for the page alone.
 */
export function runProgram(command: string, env: Record<string, string>, cwd: string): WorkerProcess {
  const { PATH, HOME } = processSources().env;
  const output: string[] = [];
  const log: LogLine[] = [];
  const describe = () => `last output of «${command}»:\n${output.slice(-60).join('\n')}`;
  const watch = createWatch(describe);
  let ended = false;
  const child = startChild({
    command: process.execPath,
    args: [MAIN, command],
    env: { PATH, HOME, TMPDIR: cwd, ...env },
    cwd,
    onLine(line) {
      const parsed = parseLine(line);
      if (parsed) log.push(parsed);
      if (!isNarration(parsed)) output.push(line);
      watch.changed();
    },
  });
  void child.exited.then(({ code, signal }) => {
    ended = true;
    output.push(`ended with ${signal ?? code}`);
    watch.changed();
  });
  return {
    ...{ pid: child.pid, log, until: watch.until, describe },
    logged(msg, { timeoutMs = READY_WITHIN_MS, matches = () => true } = {}) {
      const find = () => {
        const line = log.find((known) => known.msg === msg && matches(known));
        if (!line && ended) throw new Error(`ended before it logged «${msg}»\n${describe()}`);
        return line;
      };
      return watch.until(`the log line «${msg}»`, find, timeoutMs);
    },
    stop: () => child.stop(),
  };
}

/** The framework tells of each of its steps at debug. */
const isNarration = (line: LogLine | undefined): boolean =>
  line?.from === 'livekit' && line.level === 'debug';

function parseLine(line: string): LogLine | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    const isLog = typeof parsed === 'object' && parsed !== null && 'msg' in parsed && 'level' in parsed;
    return isLog ? (parsed as LogLine) : undefined;
  } catch {
    return undefined;
  }
}
