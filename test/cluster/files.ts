import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../src/errors.ts';

const SUFFIX = '.cluster.ts';

/**
 * @param names - parts of file names; none: all files.
 * @returns paths from the checkout.
 * @throws AppError when a name is of no file.
 */
export async function filesOf(names: readonly string[]): Promise<string[]> {
  const all = (await readdir(import.meta.dirname)).filter((file) => file.endsWith(SUFFIX));
  for (const name of names) {
    if (all.some((file) => file.includes(name))) continue;
    const known = all.map((file) => basename(file, SUFFIX)).join(', ');
    throw new AppError(`No cluster test is called ${name}.`, { hint: `one of ${known}` });
  }
  const wanted = all.filter((file) => names.length === 0 || names.some((name) => file.includes(name)));
  return wanted.map((file) => join('test/cluster', file));
}
