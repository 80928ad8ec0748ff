import { createHash, randomUUID } from 'node:crypto';
import { lstat, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** Resolved prompt texts by file name, as they were when they last could be read. */
export type Texts = Readonly<Record<string, string>>;

export interface LastGood {
  /** Empty when nothing was kept. */
  read(): Promise<Texts>;
  write(texts: Texts): Promise<void>;
}

const TEXTS = z.record(z.string(), z.string());

/**
 * Keeps the last good prompts on disk, for host processes that start after a bad edit: they have never seen
 * the version that the others still use. The folder is this user's own (mode 0700), as prompts are trusted.
 */
export function keepOnDisk(dir: string, base = tmpdir()): LastGood {
  const user = process.getuid?.() ?? 0;
  const folder = join(base, `voice-agent-prompts-${user}`);
  const file = join(folder, `${createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 16)}.json`);
  const isOurs = async () => {
    const entry = await lstat(folder);
    return entry.isDirectory() && entry.uid === user && (entry.mode & 0o022) === 0;
  };
  return {
    async read() {
      try {
        return (await isOurs()) ? TEXTS.parse(JSON.parse(await readFile(file, 'utf8'))) : {};
      } catch {
        return {};
      }
    },
    async write(texts) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if (!(await isOurs())) return;
      const draft = `${file}.${randomUUID()}`;
      await writeFile(draft, JSON.stringify(texts), { mode: 0o600 });
      await rename(draft, file);
    },
  };
}
