import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sources } from '../../config/load.ts';
import { AppError } from '../../errors.ts';
import { startChild } from '../child.ts';
import { withLock } from '../fetch/lock.ts';
import { quoteLines } from '../log-line.ts';
import type { Screen } from '../screen.ts';
import { timed } from '../timed.ts';

/** Programs to try in order. */
const PYTHONS = ['python3', 'python'];
const OLDEST = '3.10';
const IS_NEW_ENOUGH = `import sys; sys.exit(sys.version_info < (${OLDEST.replace('.', ', ')}))`;
/** The installed packages; written last, so that half an installation is none. */
const DONE = 'installed.txt';

export interface PythonOptions {
  dir: string;
  sources: Sources;
  screen: Screen;
  signal: AbortSignal;
}

/**
 * A Python of its own with these packages, made once: about a minute and the download, which pip does by its own
 * settings.
 *
 * @param name - of its folder
 * @param packages - with their versions, such as `piper-tts==1.8.0`
 * @returns the path of its `python`
 * @throws AppError when there is no Python, or pip failed.
 */
export async function pythonWith(
  name: string,
  packages: readonly string[],
  { dir, sources: { env }, screen, signal }: PythonOptions,
): Promise<string> {
  const folder = join(dir, `python-${name}`);
  const python = join(folder, 'bin', 'python');
  const isReady = async () =>
    (await readFile(join(folder, DONE), 'utf8').catch(() => undefined)) === packages.join('\n');
  if (await isReady()) return python;
  const run = (command: string, args: readonly string[], onLine = (_: string) => {}) =>
    startChild({ command, args, env, onLine }).exited;
  return withLock(`${folder}.lock`, { signal }, async () => {
    if (await isReady()) return python;
    const base = await firstThat(PYTHONS, async (one) => (await run(one, ['-c', IS_NEW_ENOUGH])).code === 0);
    if (base === undefined)
      throw new AppError(`it needs Python ${OLDEST} or newer, and there is none on the PATH`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(dir, { recursive: true });
    const made = await run(base, ['-m', 'venv', folder]);
    if (made.code !== 0)
      throw new AppError(`${base} -m venv failed:\n${quoteLines(made.lastLines)}`, {
        hint: 'on Debian and Ubuntu: apt-get install python3-venv',
      });
    let doing = '';
    const args = ['-m', 'pip', 'install', '--only-binary', ':all:', '--progress-bar', 'off', ...packages];
    const { code, lastLines } = await timed(
      packages.join(', '),
      (text) => screen.progress(`Installing ${text} ${doing}`),
      () =>
        run(python, args, (line) => {
          doing = /^\s*(Downloading|Installing|Using cached) /.test(line) ? line.trim().slice(0, 80) : doing;
        }),
    );
    if (code !== 0)
      throw new AppError(`pip could not install ${packages.join(', ')}:\n${quoteLines(lastLines)}`);
    await writeFile(join(folder, DONE), packages.join('\n'));
    return python;
  });
}

async function firstThat<T>(all: readonly T[], holds: (one: T) => Promise<boolean>): Promise<T | undefined> {
  for (const one of all) if (await holds(one)) return one;
  return undefined;
}
