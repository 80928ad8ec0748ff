import { type FSWatcher, watch as watchFolder } from 'node:fs';
import { sep } from 'node:path';

/** Editors write a file in several steps, and a branch switch many files. */
const SETTLE_MS = 200;

type Watch = (folder: string, listener: (path: string) => void) => Pick<FSWatcher, 'close'>;

const watchRecursively: Watch = (folder, listener) =>
  watchFolder(folder, { recursive: true }, (_event, path) => path && listener(path));

/**
 * Calls `onChange` with the `.ts` files of a folder that changed, relative to it, once they have settled.
 *
 * @returns stops it.
 */
export function watchSources(
  folder: string,
  onChange: (paths: readonly string[]) => void,
  watch: Watch = watchRecursively,
): () => void {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(folder, (path) => {
    if (!path.endsWith('.ts')) return;
    changed.add(path.split(sep).join('/'));
    clearTimeout(timer);
    timer = setTimeout(() => {
      const paths = [...changed].sort();
      changed.clear();
      onChange(paths);
    }, SETTLE_MS);
  });
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}
