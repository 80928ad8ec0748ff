import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../src/errors.ts';

const SUFFIX = '.cluster.ts';
/** The only one that compares sound; it lasts longer than all others together. */
const SOUND = `media${SUFFIX}`;

/** Files that are run one after another on a node of their own. Most of a run is waiting: two lanes fit on two cores. */
export interface Lane {
  name: string;
  /** Paths from the checkout. */
  files: readonly string[];
  /** It must not wait for what else runs on the machine: voices have to come in time. */
  isUrgent: boolean;
}

/**
 * @param names - parts of file names; none: all files.
 * @throws AppError when a name is of no file.
 */
export async function planLanes(names: readonly string[]): Promise<Lane[]> {
  const all = (await readdir(import.meta.dirname)).filter((file) => file.endsWith(SUFFIX));
  for (const name of names) {
    if (all.some((file) => file.includes(name))) continue;
    const known = all.map((file) => basename(file, SUFFIX)).join(', ');
    throw new AppError(`No cluster test is called ${name}.`, { hint: `one of ${known}` });
  }
  const wanted = all.filter((file) => names.length === 0 || names.some((name) => file.includes(name)));
  const pathsOf = (isIn: (file: string) => boolean) =>
    wanted.filter(isIn).map((file) => join('test/cluster', file));
  const lanes = [
    { name: 'sound', isUrgent: true, files: pathsOf((file) => file === SOUND) },
    { name: 'others', isUrgent: false, files: pathsOf((file) => file !== SOUND) },
  ];
  return lanes.filter(({ files }) => files.length > 0);
}
