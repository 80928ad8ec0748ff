import { mkdir, rename, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { codeOf } from '../errors.ts';
import { namesIn, type RecordsFolder, readText } from './folder.ts';

/** A worker says so often that it lives; one that has not for so long is gone. */
export const ALIVE_EVERY_MS = 10_000;
const GONE_AFTER_MS = 60_000;

/** What a worker left that is gone: calls that ran, and messages that were not delivered. */
export interface Leftover {
  readonly openCalls: string;
  readonly queue: string;
  /** All of it is taken over. */
  done(): Promise<void>;
}

/** This worker lives. @throws what the file system says. */
export async function sayAlive({ alive, own }: RecordsFolder, nowMs: number): Promise<void> {
  const now = new Date(nowMs);
  try {
    await utimes(alive, now, now);
  } catch {
    await mkdir(own, { recursive: true, mode: 0o700 });
    await writeFile(alive, JSON.stringify({ host: hostname(), pid: process.pid }), { mode: 0o600 });
  }
}

/**
 * This worker ends: nothing is left of it where all is delivered; else what it leaves is anybody's at once.
 *
 * @throws what the file system says.
 */
export async function sayGone({ own, openCalls, queue, alive }: RecordsFolder): Promise<void> {
  try {
    for (const path of [openCalls, queue]) await rmdir(path).catch(ignoreMissing);
    await rm(alive, { force: true });
    await rmdir(own);
  } catch {
    await writeFile(alive, JSON.stringify({ ended: true }), { mode: 0o600 });
  }
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}

/**
 * Claims what workers left that are gone; of several that try, one has it.
 *
 * @param isFirst - this worker has just started: what bears its name is an earlier one's, of the same pod.
 */
export async function claimLeftovers(
  folder: RecordsFolder,
  nowMs: number,
  isFirst: boolean,
): Promise<Leftover[]> {
  const claimed: Leftover[] = [];
  for (const name of await namesIn(folder.workers)) {
    const path = join(folder.workers, name);
    const isOwn = name === folder.workerId;
    if (isOwn ? !isFirst : !(await isGone(path, nowMs))) continue;
    const mine = join(folder.workers, `${folder.workerId}.from.${nowMs}.${claimed.length}`);
    const isMine = await rename(path, mine).then(
      () => true,
      () => false,
    );
    if (!isMine) continue;
    await writeFile(join(mine, 'alive'), JSON.stringify({ host: hostname(), pid: process.pid }));
    claimed.push({
      openCalls: join(mine, 'open'),
      queue: join(mine, 'queue'),
      done: () => rm(mine, { recursive: true, force: true }),
    });
  }
  return claimed;
}

async function isGone(path: string, nowMs: number): Promise<boolean> {
  const alive = join(path, 'alive');
  const found = (await stat(alive).catch(() => undefined)) ?? (await stat(path).catch(() => undefined));
  if (!found) return false;
  if (nowMs - found.mtimeMs > GONE_AFTER_MS) return true;
  return !isRunning(await readText(alive));
}

/** Whether a process of this machine still runs; of another machine nothing is known, so it may. */
function isRunning(said: string | undefined): boolean {
  try {
    const { host, pid, ended } = JSON.parse(said ?? '');
    if (ended === true) return false;
    if (host !== hostname() || !Number.isInteger(pid)) return true;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}
