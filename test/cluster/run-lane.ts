import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Child, startChild } from '../../src/dev/child.ts';
import type { Lane } from './lanes.ts';
import { onNode } from './node-namespace.ts';
import { LOG_DIR_VARIABLE, notedTimes, type Timing } from './notes.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Runs before all else on the machine; a kernel that groups processes by session heeds the first, others the second. */
const URGENT = '{ echo -10 >/proc/self/autogroup; } 2>/dev/null; exec nice -n -10 "$@"';
const LIKE_ALL = 'exec "$@"';

function startTests({ files, isUrgent }: Lane, logs: string, options: readonly string[]): Child {
  const vitest = [
    ...[join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'test/vitest.config.ts'],
    ...['--project', 'cluster', '--reporter=default', '--reporter=json', `--outputFile=${reportIn(logs)}`],
  ];
  const args = ['-c', isUrgent ? URGENT : LIKE_ALL, 'sh'];
  args.push(...onNode(process.execPath, ...vitest, ...files, ...options));
  const colour = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
  const env = { ...process.env, ...colour, [LOG_DIR_VARIABLE]: logs };
  return startChild({
    command: 'sh',
    args,
    env,
    cwd: ROOT,
    onLine: (line) => process.stdout.write(`${line}\n`),
  });
}

interface Report {
  testResults: { name: string; startTime: number; endTime: number }[];
}

const reportIn = (logs: string): string => join(logs, 'report.json');

async function fileTimes(logs: string): Promise<Timing[]> {
  const report = reportIn(logs);
  if (!existsSync(report)) return [];
  const { testResults }: Report = JSON.parse(await readFile(report, 'utf8'));
  return testResults.map(({ name, startTime, endTime }) => ({
    what: basename(name),
    ms: endTime - startTime,
  }));
}

export interface Outcome {
  passed: boolean;
  times: readonly Timing[];
}

/**
 * Runs a lane's tests on a node of their own, which ends with this process.
 *
 * @param logs - folder that is made for it.
 * @param options - of Vitest.
 */
export async function runLane(lane: Lane, logs: string, options: readonly string[]): Promise<Outcome> {
  await mkdir(logs);
  const tests = startTests(lane, logs, options);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => tests.kill());
  const { code } = await tests.exited;
  return { passed: code === 0, times: [...notedTimes(logs), ...(await fileTimes(logs))] };
}
