import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sources } from '../../config/load.ts';
import { AppError } from '../../errors.ts';
import { startChild } from '../child.ts';
import { withLock } from '../fetch/lock.ts';
import type { PinnedProgram } from '../fetch/packages.ts';
import { quoteLines } from '../log-line.ts';
import type { Screen } from '../screen.ts';
import { timed } from '../timed.ts';

/** Programs to try in order. */
const PYTHONS = ['python3', 'python'];
const OLDEST = '3.10';
/** Debian has what makes an environment in a package of its own. */
const IS_FIT = `import sys, venv, ensurepip; sys.exit(sys.version_info < (${OLDEST.replace('.', ', ')}))`;
/** What is installed; written last, so that half an installation is none. */
const DONE = 'installed.txt';
const NEW = 'to-install.txt';

export interface PythonOptions {
  dir: string;
  sources: Sources;
  screen: Screen;
  signal: AbortSignal;
  /**
   * What the program needs, as pip takes it, told by the Python that has the program alone; default what its package
   * names.
   */
  needsOf?(python: string): Promise<readonly string[]>;
}

/**
 * A Python of its own with this program, made once: about a minute and the download, which pip does by its own settings.
 * The program's wheel is verified; what it needs (numpy, ONNX Runtime and the like) is what pip finds fit for it.
 *
 * @param name - of its folder
 * @returns the path of its `python`
 * @throws AppError when there is no Python, or pip failed.
 */
export async function pythonWith(
  name: string,
  program: PinnedProgram,
  { dir, sources: { env }, screen, signal, needsOf }: PythonOptions,
): Promise<string> {
  const folder = join(dir, `python-${name}`);
  const python = join(folder, 'bin', 'python');
  const pinned = `${program.project}==${program.version}`;
  const pins = [pinned, ...program.sha256.map((sum) => `--hash=sha256:${sum}`)].join(' ');
  const isReady = async () => (await readFile(join(folder, DONE), 'utf8').catch(() => undefined)) === pins;
  if (await isReady()) return python;
  return withLock(`${folder}.lock`, { signal }, async () => {
    if (await isReady()) return python;
    await rm(folder, { recursive: true, force: true });
    await mkdir(dir, { recursive: true });
    await makeEnvironment(folder, env);
    const pip = (args: readonly string[]) => install({ python, pinned, args, env, screen });
    await writeFile(join(folder, NEW), pins);
    await pip(['--no-deps', '--require-hashes', '--requirement', join(folder, NEW)]);
    await pip((await needsOf?.(python)) ?? [pinned]);
    await rename(join(folder, NEW), join(folder, DONE));
    return python;
  });
}

const run = (command: string, args: readonly string[], env: Sources['env'], onLine = (_: string) => {}) =>
  startChild({ command, args, env, onLine }).exited;

/**
 * A Python on the PATH that can make environments.
 *
 * @throws AppError where there is none.
 */
export async function findPython(env: Sources['env']): Promise<string> {
  for (const one of PYTHONS) if ((await run(one, ['-c', IS_FIT], env)).code === 0) return one;
  throw new AppError(
    `--real needs Python ${OLDEST} or newer with venv for LLM and TTS; there is none on the PATH`,
    {
      hint: 'on Debian and Ubuntu: apt-get install python3-venv; or --real stt, which needs no Python',
    },
  );
}

async function makeEnvironment(folder: string, env: Sources['env']): Promise<void> {
  const base = await findPython(env);
  const made = await run(base, ['-m', 'venv', folder], env);
  if (made.code !== 0) throw new AppError(`${base} -m venv failed:\n${quoteLines(made.lastLines)}`);
}

interface Installing extends Pick<PythonOptions, 'screen'> {
  python: string;
  /** For what is told. */
  pinned: string;
  args: readonly string[];
  env: Sources['env'];
}

async function install({ python, pinned, args, env, screen }: Installing): Promise<void> {
  let doing = '';
  const pip = ['-m', 'pip', 'install', '--only-binary', ':all:', '--progress-bar', 'off', ...args];
  const { code, lastLines } = await timed(
    pinned,
    (text) => screen.progress(`Installing ${text}${doing}`),
    () =>
      run(python, pip, env, (line) => {
        doing = doingOf(line) ?? doing;
      }),
  );
  if (code !== 0) throw new AppError(`pip could not install ${pinned}:\n${quoteLines(lastLines)}`);
}

/** What pip is at, by a line of its output: `, downloading numpy 2.4.6 (16.9 MB)`. */
export function doingOf(line: string): string | undefined {
  const [, name, version, size] = /^ *Downloading ([^-\s]+)-([^-\s]+)-\S* (\([^)]*\))/.exec(line) ?? [];
  if (name !== undefined) return `, downloading ${name} ${version} ${size}`;
  return line.startsWith('Installing collected packages') ? ', unpacking' : undefined;
}
