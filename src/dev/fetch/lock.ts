import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../../errors.ts';

const LOOK_EVERY_MS = 500;

export interface LockOptions {
  signal: AbortSignal;
  /** Hears once that another process has it. */
  onWait?(pid: number): void;
  /** Injected in tests. */
  pause?(ms: number): Promise<unknown>;
}

/** Runs `act` while no other process that locks by the same file does. One that died holds nothing. */
export async function withLock<T>(file: string, options: LockOptions, act: () => Promise<T>): Promise<T> {
  const { signal, onWait, pause = (ms) => sleep(ms, undefined, { signal }) } = options;
  await mkdir(dirname(file), { recursive: true });
  for (let waited = false; !(await take(file)); waited = true) {
    signal.throwIfAborted();
    const holder = Number(await readFile(file, 'utf8').catch(() => ''));
    if (holder > 0 && !isAlive(holder)) await rm(file, { force: true });
    else {
      if (!waited && holder > 0) onWait?.(holder);
      await pause(LOOK_EVERY_MS);
    }
  }
  try {
    return await act();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's.
    return codeOf(error) === 'EPERM';
  }
}
