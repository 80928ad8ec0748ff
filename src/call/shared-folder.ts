import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files that the processes of one worker share, and the calls in them; everybody may make folders beside it. Failures only cost time. */
export class SharedFolder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** `undefined` for what is not there, or not ours. */
  async read(name: string): Promise<Buffer | undefined> {
    try {
      return (await this.#isOurs()) ? await readFile(join(this.#path, name)) : undefined;
    } catch {
      return undefined;
    }
  }

  async has(name: string): Promise<boolean> {
    return (await this.#seen(name)) !== undefined;
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    try {
      await mkdir(this.#path, { mode: 0o700, recursive: true });
      if (!(await this.#isOurs())) return;
      // Whole or not at all: another call may be reading.
      const part = join(this.#path, `${name}.${randomUUID()}`);
      await writeFile(part, bytes);
      await rename(part, join(this.#path, name));
    } catch {
      // The next call does the work again.
    }
  }

  /** It was used just now. */
  async touch(name: string): Promise<void> {
    const now = new Date();
    await utimes(join(this.#path, name), now, now).catch(() => {});
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#path, name), { force: true }).catch(() => {});
  }

  /** Removes what was used longest ago until at most so many bytes are left. */
  async prune(mostBytes: number): Promise<void> {
    try {
      if (!(await this.#isOurs())) return;
      const files = await Promise.all((await readdir(this.#path)).map((name) => this.#seen(name)));
      const newestFirst = files.filter((file) => file !== undefined).sort((a, b) => b.usedMs - a.usedMs);
      let bytes = 0;
      for (const file of newestFirst) {
        bytes += file.bytes;
        if (bytes > mostBytes) await this.remove(file.name);
      }
    } catch {
      // It is pruned another time.
    }
  }

  async #seen(name: string): Promise<{ name: string; usedMs: number; bytes: number } | undefined> {
    const found = await stat(join(this.#path, name)).catch(() => undefined);
    return found?.isFile() ? { name, usedMs: found.mtimeMs, bytes: found.size } : undefined;
  }

  async #isOurs(): Promise<boolean> {
    const found = await lstat(this.#path);
    return found.isDirectory() && found.uid === process.getuid?.();
  }
}
