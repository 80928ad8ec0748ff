import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processSources } from '../config/load.ts';
import { startChild } from '../dev/child.ts';
import { AppError } from '../errors.ts';

const OWN = fileURLToPath(new URL('../..', import.meta.url));
/** Where `tsconfig.json` beside this file has it; inside the project, for its `node_modules`. */
const BUILT = '.cache/bench';
/** What programs read from two folders above their own. */
const PACKAGE = '.cache/package.json';

/**
 * Builds the worker as for production, and compiles the stock worker: what memory they take is not to hold a compiler.
 *
 * @param root - of the checkout; its dependencies are installed.
 * @returns the folder of the programs. @throws AppError with the compiler's last lines.
 */
export async function buildPrograms(root = OWN): Promise<string> {
  const at = (path: string) => join(root, path);
  await run(at('node_modules/typescript/bin/tsc'), '-p', at('src/bench/tsconfig.json'));
  // A commit before November 2026 that is compared with has the other.
  const finish = ['src/dev/build.mjs', 'src/dev/copy-assets.mjs'].map(at).find((file) => existsSync(file));
  if (finish === undefined)
    throw new AppError(`${root} is no checkout of the agent: it has no src/dev/build.mjs`);
  await run(finish, BUILT);
  await cp(at('package.json'), at(PACKAGE));
  return at(BUILT);
}

async function run(...args: string[]): Promise<void> {
  const { env } = processSources();
  const { code, lastLines } = await startChild({ command: process.execPath, args, env }).exited;
  if (code !== 0) throw new AppError(`the worker could not be compiled:\n${lastLines.join('\n')}`);
}
