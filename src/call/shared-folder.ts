import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
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

  async #isOurs(): Promise<boolean> {
    const found = await lstat(this.#path);
    return found.isDirectory() && found.uid === process.getuid?.();
  }
}
