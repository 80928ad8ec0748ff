import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { processSources } from '../../../src/config/load.ts';
import { startChild } from '../../../src/dev/child.ts';
import type { Result } from '../../../src/doctor/check.ts';
import type { Settings } from './row.ts';

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

/** What a run of `voice-agent check --json` said. */
export interface Checked {
  code: number | null;
  results: readonly Result[];
  /** Of the whole process, from its start to its end. */
  tookMs: number;
}

export interface CheckRun {
  settings: Settings;
  /** After `check --json`. */
  args?: readonly string[];
  /** Where it runs: no `.env` is there. */
  cwd: string;
  /** Comes before the program, such as `ip netns exec NAME`. */
  within?: readonly string[];
}

/**
 * Runs the built program as a user does, with these settings and nothing else.
 *
 * @throws Error with its output when that is not one document of results.
 */
export async function runCheck({ settings, args = [], cwd, within = [] }: CheckRun): Promise<Checked> {
  const { PATH, HOME } = processSources().env;
  const lines: string[] = [];
  const startedMs = performance.now();
  const [command = process.execPath, ...rest] = [
    ...within,
    process.execPath,
    MAIN,
    'check',
    '--json',
    ...args,
  ];
  const child = startChild({
    ...{ command, args: rest, cwd },
    env: { PATH: `${PATH}:/usr/sbin:/sbin`, HOME, TMPDIR: cwd, NODE_ENV: 'production', ...settings },
    onLine: (line) => lines.push(line),
  });
  const { code } = await child.exited;
  const output = lines.join('\n');
  return { code, results: resultsIn(output), tookMs: Math.round(performance.now() - startedMs) };
}

/** Standard error comes among the lines too: the document is what stands between its braces. */
function resultsIn(output: string): readonly Result[] {
  try {
    return JSON.parse(output.slice(output.indexOf('{\n'), output.lastIndexOf('}') + 1)).checks;
  } catch {
    throw new Error(`check --json printed no document:\n${output}`);
  }
}

/** The built program's worker and page. */
export interface Serving {
  /** Waits for its `/readyz`. @throws Error with its output when it is not ready in time. */
  untilReady(url: string): Promise<void>;
  /** Its last output. */
  describe(): string;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 90_000;

/** `web`: the page alone. */
export type ServingCommand = 'start' | 'web';

/** Runs `voice-agent <command>` in this folder, with these settings and nothing else. */
export function startServing(command: ServingCommand, settings: Settings, cwd: string): Serving {
  const { PATH, HOME } = processSources().env;
  const lines: string[] = [];
  const child = startChild({
    ...{ command: process.execPath, args: [MAIN, command], cwd },
    env: { PATH, HOME, TMPDIR: cwd, NODE_ENV: 'production', ...settings },
    onLine: (line) => lines.push(line),
  });
  const describe = () => lines.slice(-40).join('\n');
  return {
    describe,
    async untilReady(url) {
      const deadlineMs = performance.now() + READY_WITHIN_MS;
      while (!(await fetch(url).catch(() => undefined))?.ok) {
        if (performance.now() > deadlineMs) throw new Error(`${url} is not ready:\n${describe()}`);
        await sleep(200);
      }
    },
    stop: () => child.stop(),
  };
}
