import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../src/errors.ts';

const SUFFIX = '.cluster.ts';
/** Lasts about as long as all others together. Most of a run is waiting, so two nodes fit on two cores. */
const LONGEST = `media${SUFFIX}`;

/** Files that are run one after another on a node of their own, beside the other lanes. */
export interface Lane {
  name: string;
  /** Paths from the checkout. */
  files: readonly string[];
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
  const lanes = [
    { name: 'first', files: wanted.filter((file) => file === LONGEST) },
    { name: 'second', files: wanted.filter((file) => file !== LONGEST) },
  ];
  return lanes
    .filter(({ files }) => files.length > 0)
    .map(({ name, files }) => ({ name, files: files.map((file) => join('test/cluster', file)) }));
}
