import { lstat, readdir, readFile } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { AppError, messageOf } from '../../errors.ts';

/** More than any installation has; a wrong folder, such as a home, ends here and not in an hour. */
const MOST_FILES = 2000;
const MOST_DEPTH = 12;
const MOST_BYTES = 2_000_000;
const SKIPPED = new Set(['node_modules', '.git']);

export interface TextFile {
  /** Relative to the folder. */
  name: string;
  text: string;
}

/**
 * The YAML files of a folder and the folders in it, or the one file that `path` names.
 *
 * @throws AppError when it cannot be read, holds no YAML or too much of it.
 */
export async function readYamlFiles(path: string): Promise<TextFile[]> {
  const names = await namesIn(path, 0);
  if (names.length === 0) {
    throw new AppError(`${path}: no YAML file`, {
      hint: 'name the folder of livekit.yaml or of your manifests',
    });
  }
  return Promise.all(
    names.map(async (name) => {
      const { size } = await lstat(name);
      if (size > MOST_BYTES) {
        throw new AppError(`${name}: ${size} bytes`, {
          hint: `files of up to ${MOST_BYTES} bytes are read; split it, or move it away`,
        });
      }
      return { name: relative(path, name) || basename(name), text: await readFile(name, 'utf8') };
    }),
  );
}

async function namesIn(path: string, depth: number): Promise<string[]> {
  const status = await lstat(path).catch((cause: unknown) => {
    throw new AppError(`${path}: ${messageOf(cause)}`, {
      hint: 'name a folder or a file that can be read',
      cause,
    });
  });
  if (!status.isDirectory()) return [path];
  if (depth > MOST_DEPTH) return [];
  const entries = await readdir(path, { withFileTypes: true });
  const names: string[] = [];
  for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
    const inside = join(path, entry.name);
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) names.push(...(await namesIn(inside, depth + 1)));
    else if (entry.isFile() && ['.yaml', '.yml'].includes(extname(entry.name))) names.push(inside);
    if (names.length > MOST_FILES) {
      throw new AppError(`${path}: more than ${MOST_FILES} YAML files`, {
        hint: 'name the folder of livekit.yaml or of your manifests alone',
      });
    }
  }
  return names;
}
