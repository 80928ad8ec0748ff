import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Child, startChild } from '../../src/dev/child.ts';
import { onNode } from './node-namespace.ts';
import { LOG_DIR_VARIABLE, notedTimes, type Timing } from './notes.ts';

const ROOT = join(import.meta.dirname, '../..');

function startTests(files: readonly string[], logs: string, options: readonly string[]): Child {
  const vitest = [
    ...[join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'test/vitest.config.ts'],
    ...['--project', 'cluster', '--reporter=default', '--reporter=json', `--outputFile=${reportIn(logs)}`],
  ];
  const [command, ...args] = onNode(process.execPath, ...vitest, ...files, ...options);
  const colour = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
  const env = { ...process.env, ...colour, [LOG_DIR_VARIABLE]: logs };
  return startChild({
    command,
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
 * Runs tests, one file after another, on a node of their own, which ends with this process.
 *
 * @param logs - folder for what they log.
 * @param options - of Vitest.
 */
export async function runFiles(
  files: readonly string[],
  logs: string,
  options: readonly string[],
): Promise<Outcome> {
  const tests = startTests(files, logs, options);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => tests.kill());
  const { code } = await tests.exited;
  return { passed: code === 0, times: [...notedTimes(logs), ...(await fileTimes(logs))] };
}
