import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * onnxruntime-node ships its runtime for every platform in one package: 180 of its 212 MB can never run here. Removes
 * those of other platforms. Its layout is `bin/<napi version>/<os>/<cpu>`; where this machine's own is not found in
 * it, the layout is not the one meant here, and nothing is touched.
 *
 * @param {string} modules - path of a `node_modules` folder
 * @returns {string[]} what was removed
 */
export function pruneForeignBinaries(modules, { platform, arch } = process) {
  const bin = join(modules, 'onnxruntime-node', 'bin');
  const removed = [];
  for (const napi of folders(bin)) {
    if (!existsSync(join(bin, napi, platform, arch))) continue;
    for (const os of folders(join(bin, napi))) {
      for (const cpu of folders(join(bin, napi, os))) {
        if (os !== platform || cpu !== arch) removed.push(join(bin, napi, os, cpu));
      }
    }
  }
  for (const path of removed) rmSync(path, { recursive: true, force: true });
  return removed;
}

function folders(path) {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** As a program, for an image: `node src/dev/prune.mjs node_modules`. */
if (process.argv[1] === import.meta.filename && process.argv[2]) pruneForeignBinaries(process.argv[2]);
