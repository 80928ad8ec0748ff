import { createHash, randomUUID } from 'node:crypto';
import { lstat, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError, messageOf } from '../../errors.ts';
import { type Clock, pause } from '../../openai/clock.ts';
import { takeLock } from './list/lock.ts';

/** When calls were placed, by trunk: milliseconds since the epoch, oldest first. */
export type Placed = Record<string, number[]>;

/** What is remembered of placed calls. */
export interface PlacedCalls {
  /**
   * Gives what is remembered to one who reads and changes it, one at a time; what they throw is thrown, and nothing is changed then.
   *
   * @throws AppError where it cannot be read or kept.
   */
  change<T>(act: (placed: Placed) => Promise<T>): Promise<T>;
}

const FILE = z.record(z.string(), z.array(z.number()));
const LOOK_EVERY_MS = 20;
const MOST_WAIT_MS = 10_000;

/**
 * One memory for all processes of a user on this machine that call through the same LiveKit: a worker's hosts, the page's server,
 * the commands. In the temporary folder, so a pod has its own, until it ends.
 */
export function sharedPlacedCalls(livekitUrl: string, clock: Clock, folder = sharedFolder()): PlacedCalls {
  const name = createHash('sha256').update(livekitUrl).digest('hex').slice(0, 16);
  const path = join(folder, `${name}.json`);
  return {
    async change(act) {
      const unlock = await lockedWithin(path, clock);
      try {
        await mkdir(folder, { mode: 0o700, recursive: true });
        await requireOurs(folder);
        const placed = await read(path);
        const result = await act(placed);
        const part = `${path}.${randomUUID()}`;
        await writeFile(part, JSON.stringify(placed), { mode: 0o600 });
        await rename(part, path);
        return result;
      } finally {
        await unlock();
      }
    },
  };
}

/** By number: a user of a pod has no name, and `os.userInfo()` throws there. */
const sharedFolder = () => join(tmpdir(), `voice-agent-dials-${process.getuid?.()}`);

async function requireOurs(folder: string): Promise<void> {
  const found = await lstat(folder);
  if (found.isDirectory() && found.uid === process.getuid?.()) return;
  throw new AppError(`${folder} belongs to somebody else`, {
    hint: 'remove it, or set TMPDIR to another folder',
  });
}

async function read(path: string): Promise<Placed> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  try {
    return FILE.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError(`${path}: not what calls were placed lately: ${messageOf(cause)}`, {
      hint: 'remove the file: calls are counted anew then',
      cause,
    });
  }
}

async function lockedWithin(path: string, clock: Clock): Promise<() => Promise<void>> {
  const untilMs = clock.now() + MOST_WAIT_MS;
  for (;;) {
    try {
      return await takeLock(path);
    } catch (error) {
      if (!(error instanceof AppError) || clock.now() >= untilMs) throw error;
    }
    await pause(clock, LOOK_EVERY_MS, new AbortController().signal);
  }
}

/** For this process alone. */
export function ownPlacedCalls(): PlacedCalls {
  const placed: Placed = {};
  let last: Promise<unknown> = Promise.resolve();
  return {
    change(act) {
      const result = last.then(() => act(placed));
      last = result.catch(() => {});
      return result;
    },
  };
}
