import { createHash } from 'node:crypto';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { VolumeFile } from './projection.ts';

/** A folder that the pod writes to: its group is `fsGroup`, for all that is made in it too. */
export async function makeEmptyDir(dir: string, fsGroup: number | undefined): Promise<void> {
  await mkdir(dir, { recursive: true });
  if (fsGroup !== undefined) await chown(dir, 0, fsGroup);
  await chmod(dir, fsGroup === undefined ? 0o777 : 0o2777);
}

/**
 * Makes a folder hold these files. They lie in a hidden folder which the link `..data` names: readers see all of the
 * old or all of the new. Nothing happens when they are there already.
 *
 * @returns whether anything changed.
 */
export async function publishFiles(
  dir: string,
  files: readonly VolumeFile[],
  group: number | undefined,
): Promise<boolean> {
  const version = `..${digestOf(files)}`;
  const data = join(dir, '..data');
  const before = await readlink(data).catch(() => undefined);
  if (before === version) return false;
  await mkdir(join(dir, version), { recursive: true });
  for (const { path, content, mode } of files) {
    const target = join(dir, version, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
    if (group !== undefined) await chown(target, 0, group);
    await chmod(target, mode);
  }
  await symlink(version, `${data}_tmp`);
  await rename(`${data}_tmp`, data);
  await linkTopLevel(dir, new Set(files.map(({ path }) => path.split('/', 1)[0] ?? path)));
  if (before !== undefined) await rm(join(dir, before), { recursive: true });
  return true;
}

async function linkTopLevel(dir: string, names: ReadonlySet<string>): Promise<void> {
  for (const name of names) {
    const link = join(dir, name);
    const there = await lstat(link).catch(() => undefined);
    if (!there) await symlink(join('..data', name), link);
  }
  for (const name of await readdir(dir)) {
    if (!name.startsWith('..') && !names.has(name)) await rm(join(dir, name));
  }
}

function digestOf(files: readonly VolumeFile[]): string {
  const hash = createHash('sha256');
  for (const { path, content, mode } of files)
    hash.update(`${path}\0${mode}\0${content.length}\0`).update(content);
  return hash.digest('hex').slice(0, 16);
}
