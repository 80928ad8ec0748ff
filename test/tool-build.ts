import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, freemem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../src/dev/child.ts';
import { timed } from '../src/dev/timed.ts';

export interface Build {
  /** The Go command. */
  go: string;
  /** `helm v3.22.0` */
  label: string;
  /** Folder of the pinned module. */
  moduleDir: string;
  /** Package that is the program. */
  command: string;
  ldflags: string | undefined;
  target: string;
  env: NodeJS.ProcessEnv;
  /** Hears about it about once a second. */
  onProgress(text: string): void;
}

/** What one compiler or linker of Kubernetes' size takes. */
const BYTES_PER_JOB = 2 * 2 ** 30;
const LOOK_EVERY_MS = 500;
const FOLDER = 'tool-build-';

/**
 * Builds a Go program into its place. Of two processes that want it at once, one builds and the other waits for it;
 * different programs are not built at once either, because each takes all of the machine.
 *
 * @returns why it could not be built, if so.
 */
export async function buildOnce(build: Build): Promise<string | undefined> {
  const { label, target, onProgress } = build;
  const bin = dirname(target);
  await mkdir(bin, { recursive: true });
  const lock = join(bin, 'build.lock');
  const atOnce = await tryLock(lock);
  const unlock =
    atOnce ?? (await timed(`Waiting for another build before ${label}`, onProgress, () => untilLocked(lock)));
  try {
    if (!atOnce && existsSync(target)) return undefined;
    return await timed(`Building ${label} with Go, once`, onProgress, () => goBuild(build));
  } finally {
    await unlock();
  }
}

/** In a folder of its own, then renamed: whoever looks sees a whole program or none. */
async function goBuild(build: Build): Promise<string | undefined> {
  const { go, moduleDir, command, ldflags = '', target, env } = build;
  const bin = dirname(target);
  await clearFolders(bin);
  const dir = await mkdtemp(join(bin, FOLDER));
  try {
    const built = join(dir, basename(target));
    const jobs = Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / BYTES_PER_JOB)));
    const args = [
      'build',
      '-p',
      `${jobs}`,
      '-trimpath',
      '-ldflags',
      `-s -w ${ldflags}`,
      '-o',
      built,
      command,
    ];
    const childEnv = { ...env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' };
    const { code, lastLines } = await startChild({ command: go, args, env: childEnv, cwd: moduleDir }).exited;
    if (code !== 0) return `Go could not build it (${lastLines.slice(-3).join(' | ')})`;
    await rename(built, target);
    return undefined;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Of builds that were killed: who holds the lock has none yet. */
async function clearFolders(bin: string): Promise<void> {
  const left = (await readdir(bin)).filter((name) => name.startsWith(FOLDER));
  await Promise.all(left.map((name) => rm(join(bin, name), { recursive: true, force: true })));
}

async function untilLocked(lock: string): Promise<() => Promise<void>> {
  for (;;) {
    await sleep(LOOK_EVERY_MS);
    const unlock = await tryLock(lock);
    if (unlock) return unlock;
  }
}

/** The lock is a file with its holder's process id, linked into place: nobody ever reads half a one. */
async function tryLock(lock: string): Promise<(() => Promise<void>) | undefined> {
  const own = `${lock}.${randomUUID()}`;
  await writeFile(own, `${process.pid}`);
  try {
    await link(own, lock);
    return () => rm(lock, { force: true });
  } catch {
    return (await takeFromDead(lock)) ? await tryLock(lock) : undefined;
  } finally {
    await rm(own, { force: true });
  }
}

/** Taken aside before it is judged: another may have done the same, and hold it by now. */
async function takeFromDead(lock: string): Promise<boolean> {
  if (await isHeld(lock)) return false;
  const aside = `${lock}.${randomUUID()}`;
  try {
    await rename(lock, aside);
    const held = await isHeld(aside);
    if (held) await link(aside, lock);
    return !held;
  } catch {
    return false;
  } finally {
    await rm(aside, { force: true });
  }
}

async function isHeld(lock: string): Promise<boolean> {
  const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
  return holder === 0 || isAlive(holder);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
