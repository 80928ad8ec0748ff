import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { PinnedProgram } from '../../../src/dev/fetch/packages.ts';
import { doingOf, pythonWith } from '../../../src/dev/real/python.ts';

/** A `python3` that makes an environment whose `python` does `pip`. */
async function machine(pip: string | undefined) {
  const dir = await mkdtemp(join(tmpdir(), 'python-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const bin = join(dir, 'bin');
  await mkdir(bin);
  if (pip !== undefined) {
    const script = `#!/bin/sh
[ "$1" = -c ] && exit 0
echo venv >> '${dir}/asked'
mkdir -p "$3/bin" && printf '#!/bin/sh\\necho "$@" >> ${dir}/asked\\n${pip}\\n' > "$3/bin/python" && chmod +x "$3/bin/python"`;
    await writeFile(join(bin, 'python3'), script);
    await chmod(join(bin, 'python3'), 0o755);
  }
  const options = {
    dir: join(dir, 'models'),
    sources: { env: { PATH: `${bin}:/usr/bin:/bin` }, read: () => undefined },
    screen: { say() {}, progress() {} },
    signal: new AbortController().signal,
  };
  const asked = () => readFile(join(dir, 'asked'), 'utf8');
  return { options, asked };
}

const piper = (version = '1.8.0'): PinnedProgram => ({
  project: 'piper-tts',
  version,
  licence: 'GPL-3.0',
  sha256: ['aa11', 'bb22'],
});

test('a program is verified by its checksums and installed once; what it needs comes after', async () => {
  const { options, asked } = await machine('exit 0');
  const python = await pythonWith('tts', piper(), options);
  expect(await pythonWith('tts', piper(), options)).toBe(python);
  const folder = join(options.dir, 'python-tts');
  expect(python).toBe(join(folder, 'bin/python'));
  const pip = '-m pip install --only-binary :all: --progress-bar off';
  expect((await asked()).split('\n')).toEqual([
    'venv',
    `${pip} --no-deps --require-hashes --requirement ${join(folder, 'to-install.txt')}`,
    `${pip} piper-tts==1.8.0`,
    '',
  ]);
  expect(await readFile(join(folder, 'installed.txt'), 'utf8')).toBe(
    'piper-tts==1.8.0 --hash=sha256:aa11 --hash=sha256:bb22',
  );
});

test('what a program needs may be told by the Python that has it alone', async () => {
  const { options, asked } = await machine('exit 0');
  await pythonWith('tts', piper(), { ...options, needsOf: async (python) => [`of ${python}`, 'numpy'] });
  expect(await asked()).toContain(`of ${join(options.dir, 'python-tts/bin/python')} numpy\n`);
});

test('what pip is at is told in short', () => {
  expect(doingOf('  Downloading numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.whl (16.9 MB)')).toBe(
    ', downloading numpy 2.4.6 (16.9 MB)',
  );
  expect(doingOf('Installing collected packages: numpy, onnxruntime')).toBe(', unpacking');
  expect(doingOf('Looking in links: /opt/wheels')).toBeUndefined();
});

test('another version is installed anew', async () => {
  const { options, asked } = await machine('exit 0');
  await pythonWith('tts', piper(), options);
  await pythonWith('tts', piper('1.9.0'), options);
  expect((await asked()).match(/venv/g)).toHaveLength(2);
});

test('what pip says is told, and half an installation is none', async () => {
  const { options } = await machine('echo "no matching distribution"; exit 1');
  await expect(pythonWith('tts', piper(), options)).rejects.toThrow(
    /^pip could not install piper-tts==1\.8\.0:\n +no matching distribution$/,
  );
  expect(existsSync(join(options.dir, 'python-tts/installed.txt'))).toBe(false);
});

test('a machine without Python says what it needs', async () => {
  const { options } = await machine(undefined);
  options.sources.env.PATH = '/nowhere';
  await expect(pythonWith('tts', piper(), options)).rejects.toMatchObject({
    message: '--real needs Python 3.10 or newer with venv for LLM and TTS; there is none on the PATH',
    hint: expect.stringContaining('--real stt'),
  });
});
