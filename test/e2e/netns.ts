import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Shorter than a test may take, so that what was running is still reported. */
const deadlineMs = 55_000;
const enter = `${import.meta.dirname}/netns.sh`;

/**
 * Runs a TypeScript file in a network of its own (netns.sh) and resolves with the JSON of its last line of output.
 * Nothing that it starts outlives it.
 */
export async function runIsolated<T>(script: string, ...args: string[]): Promise<T> {
  const child = spawn(enter, [process.execPath, '--import', 'tsx', script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
  });
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  if (code === 0) return JSON.parse(last);
  throw new Error(
    `${script} failed with ${code} in a network of its own. If it could not make one: run the tests as root, or let ` +
      `users make user namespaces (sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns).\n` +
      `${output.slice(-4000)}\n${errors.slice(-4000)}`,
  );
}

/** Inside: the addresses beyond this machine that anything was sent to, whatever became of it. */
export function destinations(): string[] {
  const table = execFileSync('ip', ['neighbour', 'show', 'nud', 'all', 'dev', 'outside'], {
    encoding: 'utf8',
  });
  const lines = table.split('\n').filter((line) => line !== '' && !line.includes('NOARP')); // NOARP: multicast
  return lines.map((line) => line.split(' ', 1)[0] ?? '').sort();
}
