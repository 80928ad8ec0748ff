import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn, type RecordsFolder } from './folder.ts';

const DAY_MS = 24 * 3_600_000;

export interface Retention {
  folder: RecordsFolder;
  keepDays: number;
  mostBytes: number;
  /** Milliseconds since the epoch. */
  nowMs: number;
}

export interface Kept {
  readonly bytes: number;
  readonly isFull: boolean;
}

/** Deletes records and given-up messages that are too old, then the oldest ones that are delivered while the folder holds too much. */
export async function sweep({ folder, keepDays, mostBytes, nowMs }: Retention): Promise<Kept> {
  for (const name of await namesIn(folder.dead)) {
    const path = join(folder.dead, name);
    if ((await ageMs(path, nowMs)) > keepDays * DAY_MS) await rm(path, { force: true });
  }
  const calls: { name: string; ageMs: number; bytes: number }[] = [];
  for (const name of await namesIn(folder.calls)) {
    const path = join(folder.calls, name);
    const age = await ageMs(path, nowMs);
    if (age > keepDays * DAY_MS) await rm(path, { recursive: true, force: true });
    else calls.push({ name, ageMs: age, bytes: await bytesIn(path) });
  }
  const elsewhere = (await bytesIn(folder.workers)) + (await bytesIn(folder.dead));
  let bytes = calls.reduce((sum, call) => sum + call.bytes, elsewhere);
  const waiting = bytes > mostBytes ? await waitingIn(folder) : [];
  for (const call of calls.sort((a, b) => b.ageMs - a.ageMs)) {
    if (bytes <= mostBytes) break;
    if (waiting.some((name) => name.includes(call.name))) continue;
    await rm(join(folder.calls, call.name), { recursive: true, force: true });
    bytes -= call.bytes;
  }
  const isFull = bytes > mostBytes;
  if (isFull) await writeFile(folder.full, '').catch(() => {});
  else await rm(folder.full, { force: true });
  return { bytes, isFull };
}

/** Names of all messages that wait, also those of other workers: each has its call's id. */
async function waitingIn(folder: RecordsFolder): Promise<string[]> {
  const workers = await namesIn(folder.workers);
  return (await Promise.all(workers.map((worker) => namesIn(join(folder.workers, worker, 'queue'))))).flat();
}

async function ageMs(path: string, nowMs: number): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found ? nowMs - found.mtimeMs : 0;
}

async function bytesIn(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) return found?.size ?? 0;
  let bytes = 0;
  for (const name of await namesIn(path)) bytes += await bytesIn(join(path, name));
  return bytes;
}
