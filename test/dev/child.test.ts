import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startChild } from '../../src/dev/child.ts';

const env = { PATH: '/usr/bin:/bin' };
const shell = (script: string, rest = {}) =>
  startChild({ command: '/bin/sh', args: ['-c', script], env, ...rest });

/** Zombies do not count: in a container nobody may be there to bury them. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'utf8'));
}
const gone = (pid: number) =>
  vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000, interval: 20 });

/** The first line of output, a process id that the script printed. */
function printedPid(script: string, graceMs: number) {
  let heard = (_pid: number) => {};
  const pid = new Promise<number>((resolve) => {
    heard = resolve;
  });
  return { child: shell(script, { graceMs, onLine: (line: string) => heard(Number(line)) }), pid };
}

test('an end is told with its code and its last words, of both streams', async () => {
  const { code, lastLines } = await shell('echo out; echo err >&2; exit 3').exited;
  expect(code).toBe(3);
  expect([...lastLines].sort()).toEqual(['err', 'out']);
});

test('a program that is not there ends like one that fails', async () => {
  const { code, lastLines } = await startChild({ command: '/nonexistent', args: [], env }).exited;
  expect(code).toBe(127);
  expect(lastLines.join()).toContain('/nonexistent');
});

test('arguments reach the program as they are', async () => {
  const args = ['-c', 'printf "%s\\n" "$@"', 'sh', 'a b', '$HOME', '*', "it's"];
  const { lastLines } = await startChild({ command: '/bin/sh', args, env }).exited;
  expect(lastLines).toEqual(['a b', '$HOME', '*', "it's"]);
});

test('all output is in the log file', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'child-'));
  const logFile = join(dir, 'logs', 'child.log');
  await shell('for i in 1 2 3; do echo $i; done', { logFile }).exited;
  await vi.waitFor(() => expect(readFileSync(logFile, 'utf8')).toBe('1\n2\n3\n'));
  rmSync(dir, { recursive: true });
});

test('a stop asks first', async () => {
  const { child, pid } = printedPid('trap "exit 7" TERM; echo $$; while :; do sleep 0.01; done', 30_000);
  expect(await pid).toBe(child.pid);
  await child.stop();
  expect((await child.exited).code).toBe(7);
});

test('who does not listen is made to end, with all that it started', async () => {
  const { child, pid } = printedPid('trap "" TERM; sleep 60 & echo $!; wait; sleep 60', 50);
  const grandchild = await pid;
  await child.stop();
  expect((await child.exited).signal).toBe('SIGKILL');
  await gone(grandchild);
});

test('what a program left behind ends with it', async () => {
  const { child, pid } = printedPid('sleep 60 & echo $!', 50);
  const grandchild = await pid;
  await child.exited;
  await gone(grandchild);
});

test('children end even when their parent is killed without warning', { timeout: 20_000 }, async () => {
  const file = JSON.stringify(join(import.meta.dirname, '../../src/dev/child.ts'));
  const script = `const { startChild } = await import(${file});
    startChild({ command: '/bin/sh', args: ['-c', 'sleep 60 & echo $$ $!; wait'], env: process.env, onLine: console.log });`;
  const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) => {
    parent.stdout.once('data', (chunk) => resolve(String(chunk)));
  });
  const pids = line.trim().split(' ').map(Number);
  expect(pids.map(isAlive)).toEqual([true, true]);
  parent.kill('SIGKILL');
  for (const pid of pids) await gone(pid);
});
