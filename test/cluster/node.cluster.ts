import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startChild } from '../../src/dev/child.ts';
import { NODE, onNode } from './node-namespace.ts';

const SLEEP = ['sleep', '86413'] as const;
const commandLine = (pid: string) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
  } catch {
    return ''; // it has ended meanwhile
  }
};
const sleepers = () => readdirSync('/proc').filter((pid) => commandLine(pid) === SLEEP.join(' ')).length;

// A node within the node: what holds for it holds for the outer one.
test('a node that is killed leaves no process, network or mount behind', async () => {
  const script = `ip netns add left; mount -t tmpfs none ${NODE.dir}/tmp; setsid ${SLEEP.join(' ')} & exec ${SLEEP.join(' ')}`;
  const [command, ...args] = onNode('sh', '-c', script);
  const node = startChild({ command, args, env: process.env });
  await expect.poll(sleepers, { timeout: 10_000 }).toBe(2);
  node.kill();
  await node.exited;
  await expect.poll(sleepers, { timeout: 10_000 }).toBe(0);
  expect(execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' })).not.toContain('left');
  expect(existsSync(join('/run/netns', 'left'))).toBe(false);
});
