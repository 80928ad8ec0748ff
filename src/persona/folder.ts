import { watch } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, codeOf, messageOf, PersonaError } from '../errors.ts';

/** Ends what was started; a second call does nothing. */
export type Stop = () => void;

/** The prompt files by name, each with its text or the reason why it could not be read. */
export type Files = ReadonlyMap<string, string | PersonaError>;

/**
 * Every `*.md` file of a folder except `README.md`; hidden files are not prompts.
 *
 * @throws AppError when the folder itself cannot be read.
 */
export async function readFolder(dir: string): Promise<Files> {
  const names = await readdir(dir).catch((error: unknown) => {
    throw new AppError(`prompt folder ${dir} cannot be read: ${messageOf(error)}`, {
      hint: 'set PROMPTS_DIR to the folder that holds default.md, or mount the prompts there',
      cause: error,
    });
  });
  const prompts = names.filter(
    (name) => name.endsWith('.md') && !name.startsWith('.') && name !== 'README.md',
  );
  const entries = await Promise.all(prompts.sort().map((name) => readEntry(dir, name)));
  return new Map(entries.filter((entry) => entry !== undefined));
}

async function readEntry(dir: string, name: string): Promise<[string, string | PersonaError] | undefined> {
  const path = join(dir, name);
  try {
    return [name, await readFile(path, 'utf8')];
  } catch (error) {
    // Removed since the folder was listed, as when a ConfigMap is swapped.
    if (codeOf(error) === 'ENOENT') return undefined;
    return [name, new PersonaError(path, 1, `cannot be read: ${messageOf(error)}`, { cause: error })];
  }
}

/**
 * Calls back on any event in a folder, Kubernetes' swap of `..data` included. Says nothing about what changed,
 * and may stay silent on file systems without events: poll too.
 */
export function watchFolder(dir: string, onEvent: () => void): Stop {
  try {
    const watcher = watch(dir, { persistent: false }, onEvent);
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    // The folder is not there, or the system is out of watches: polling finds the changes.
    return () => {};
  }
}
