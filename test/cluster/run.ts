import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir } from '../../src/dev/livekit-binary.ts';
import { AppError, messageOf } from '../../src/errors.ts';
import { fetchModules } from '../helm/api-modules.ts';
import { isAlive } from '../tool-build.ts';
import { CLUSTER_TOOLS, toolPath } from '../tools.ts';
import { filesOf } from './files.ts';
import { onNode } from './node-namespace.ts';
import type { Timing } from './notes.ts';
import { runFiles } from './run-files.ts';

// `npm run test:cluster [names of test files] [options of Vitest]`: gets what the cluster tests need, then runs them on
// a node of their own.

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

/** Before anything is built, which takes minutes. @throws AppError that quotes what refused. */
function requireNode(): void {
  const [command, ...args] = onNode('true');
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  throw new AppError(`No node for the cluster tests can be made here: ${error?.message ?? stderr.trim()}`, {
    hint: 'root has to be allowed to make namespaces: in a container that takes --privileged',
  });
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
  requireNode();
  await timed('program', () => execFileSync('npm', ['run', '--silent', 'build'], inherit));
  const onProgress = progressLine();
  await timed('tools of Kubernetes and STUNner', async () => {
    for (const name of CLUSTER_TOOLS) await toolPath(name, { onProgress });
    await fetchModules();
  });
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

async function main(): Promise<number> {
  const startedMs = performance.now();
  requireRoot();
  const { names, options } = split(process.argv.slice(2));
  const files = await filesOf(names);
  await provide();
  const logs = await makeLogDir();
  const outcome = await runFiles(files, logs, options);
  times.push(...outcome.times);
  printTimes([...summed(times), { what: 'all', ms: performance.now() - startedMs }]);
  if (outcome.passed) {
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
