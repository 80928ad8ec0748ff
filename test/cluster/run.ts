import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Child, startChild } from '../../src/dev/child.ts';
import { cacheDir } from '../../src/dev/livekit-binary.ts';
import { AppError, messageOf } from '../../src/errors.ts';
import { isAlive } from '../tool-build.ts';
import { CLUSTER_TOOLS, toolPath } from '../tools.ts';
import { fetchDefinitions } from './definitions.ts';
import { type Lane, planLanes } from './lanes.ts';
import { onNode } from './node-namespace.ts';
import { LOG_DIR_VARIABLE, notedTimes, type Timing } from './notes.ts';

// `npm run test:cluster [names of test files] [options of Vitest]`: gets what the cluster tests need, then runs them on
// nodes of their own.

const ROOT = join(import.meta.dirname, '../..');
const LOG_EVERY_MS = 15_000;

const times: Timing[] = [];

async function timed<T>(what: string, act: () => T | Promise<T>): Promise<T> {
  const startedMs = performance.now();
  const result = await act();
  times.push({ what, ms: performance.now() - startedMs });
  return result;
}

/** One line that is written over on a terminal; in a log a line now and then. */
function progressLine(): (text: string) => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (text) => {
    const { isTTY } = process.stderr;
    const begins = text.endsWith(' 0 s');
    if (!isTTY && !begins && performance.now() - lastMs < LOG_EVERY_MS) return;
    lastMs = performance.now();
    process.stderr.write(isTTY ? `${begins ? '\n' : ''}\r\x1b[K${text}` : `${text}\n`);
  };
}

/** Names come first; the first option ends them, and all after it is Vitest's. */
function split(args: readonly string[]): { names: string[]; options: string[] } {
  const first = args.findIndex((arg) => arg.startsWith('-'));
  const end = first < 0 ? args.length : first;
  return { names: args.slice(0, end), options: args.slice(end) };
}

function requireRoot(): void {
  if (process.platform === 'linux' && process.getuid?.() === 0) return;
  throw new AppError('The cluster tests make network namespaces and mounts: run them on Linux, as root.');
}

/** Of this run. Folders of runs that are over are cleared away: nothing else of them can be left. */
async function makeLogDir(): Promise<string> {
  const all = join(cacheDir(process.env), 'cluster-logs');
  await mkdir(all, { recursive: true });
  for (const pid of await readdir(all)) {
    if (!isAlive(Number(pid))) await rm(join(all, pid), { recursive: true });
  }
  const own = join(all, `${process.pid}`);
  await rm(own, { recursive: true, force: true });
  await mkdir(own);
  return own;
}

async function provide(): Promise<void> {
  const inherit = { cwd: ROOT, stdio: 'inherit' } as const;
  await timed('dependencies, browser, livekit-server', () =>
    execFileSync(process.execPath, ['src/dev/install.mjs', '--tests'], inherit),
  );
  await timed('program', () => execFileSync('npm', ['run', '--silent', 'build'], inherit));
  const onProgress = progressLine();
  await timed('tools of Kubernetes and STUNner', async () => {
    for (const name of CLUSTER_TOOLS) await toolPath(name, { onProgress });
    await fetchDefinitions();
  });
}

function startTests({ files }: Lane, logs: string, options: readonly string[]): Child {
  const vitest = [
    ...[join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'test/vitest.config.ts'],
    ...['--project', 'cluster', '--reporter=default', '--reporter=json', `--outputFile=${reportIn(logs)}`],
  ];
  const [command, ...args] = onNode(process.execPath, ...vitest, ...files, ...options);
  const colour = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
  const env = { ...process.env, ...colour, [LOG_DIR_VARIABLE]: logs };
  return startChild({ command, args, env, cwd: ROOT, onLine: (line) => process.stdout.write(`${line}\n`) });
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

/** What happened several times is one row. */
function summed(all: readonly Timing[]): Timing[] {
  return [...new Set(all.map(({ what }) => what))].map((what) => {
    const group = all.filter((one) => one.what === what);
    const ms = group.reduce((sum, one) => sum + one.ms, 0);
    return { what: group.length > 1 ? `${what} (${group.length} times)` : what, ms };
  });
}

function printTimes(all: readonly Timing[]): void {
  const width = Math.max(...all.map(({ what }) => what.length));
  const lines = all.map(({ what, ms }) => `  ${what.padEnd(width)}  ${(ms / 1000).toFixed(1).padStart(7)} s`);
  process.stdout.write(`\n${lines.join('\n')}\n`);
}

/** @returns whether all tests passed. */
async function runLane(lane: Lane, logs: string, options: readonly string[]): Promise<boolean> {
  await mkdir(logs);
  const tests = startTests(lane, logs, options);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => tests.kill());
  const { code } = await tests.exited;
  times.push(...notedTimes(logs), ...(await fileTimes(logs)));
  return code === 0;
}

async function main(): Promise<number> {
  const startedMs = performance.now();
  requireRoot();
  const { names, options } = split(process.argv.slice(2));
  const lanes = await planLanes(names);
  await provide();
  const logs = await makeLogDir();
  const passed = await Promise.all(lanes.map((lane) => runLane(lane, join(logs, lane.name), options)));
  printTimes([...summed(times), { what: 'all', ms: performance.now() - startedMs }]);
  if (passed.every(Boolean)) {
    await rm(logs, { recursive: true });
    return 0;
  }
  process.stdout.write(`\nThe logs are in ${logs} until the next run.\n`);
  return 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  if (error instanceof AppError && error.hint) process.stderr.write(`  → ${error.hint}\n`);
  process.exitCode = 1;
}
