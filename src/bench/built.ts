import { cp } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processSources } from '../config/load.ts';
import { startChild } from '../dev/child.ts';
import { AppError } from '../errors.ts';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** Where `tsconfig.json` beside this file has it; inside the project, for its `node_modules`. */
const BUILT = at('.cache/bench');
/** What programs read from two folders above their own. */
const PACKAGE = at('.cache/package.json');

/**
 * Compiles the worker as for production, and the stock worker with it: what memory they take is not to hold a compiler.
 *
 * @returns the folder of the programs. @throws AppError with the compiler's last lines.
 */
export async function buildPrograms(): Promise<string> {
  const { env } = processSources();
  const args = [at('node_modules/typescript/bin/tsc'), '-p', at('src/bench/tsconfig.json')];
  const { code, lastLines } = await startChild({ command: process.execPath, args, env }).exited;
  if (code !== 0) throw new AppError(`the worker could not be compiled:\n${lastLines.join('\n')}`);
  await cp(at('package.json'), PACKAGE);
  await cp(at('src/web/page'), join(BUILT, 'web/page'), {
    recursive: true,
    filter: (path) => extname(path) !== '.ts',
  });
  return BUILT;
}
