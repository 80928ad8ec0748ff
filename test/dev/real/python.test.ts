import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { pythonWith } from '../../../src/dev/real/python.ts';

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

test('packages are installed once, at their versions, and only built ones', async () => {
  const { options, asked } = await machine('exit 0');
  const python = await pythonWith('tts', ['piper-tts==1.8.0'], options);
  expect(await pythonWith('tts', ['piper-tts==1.8.0'], options)).toBe(python);
  expect(python).toBe(join(options.dir, 'python-tts/bin/python'));
  expect(await asked()).toBe(
    'venv\n-m pip install --only-binary :all: --progress-bar off piper-tts==1.8.0\n',
  );
});

test('other versions are installed anew', async () => {
  const { options, asked } = await machine('exit 0');
  await pythonWith('tts', ['piper-tts==1.8.0'], options);
  await pythonWith('tts', ['piper-tts==1.9.0'], options);
  expect((await asked()).match(/venv/g)).toHaveLength(2);
});

test('what pip says is told, and half an installation is none', async () => {
  const { options } = await machine('echo "no matching distribution"; exit 1');
  await expect(pythonWith('tts', ['piper-tts==1.8.0'], options)).rejects.toThrow(
    /^pip could not install piper-tts==1\.8\.0:\n +no matching distribution$/,
  );
  expect(existsSync(join(options.dir, 'python-tts/installed.txt'))).toBe(false);
});

test('a machine without Python says what it needs', async () => {
  const { options } = await machine(undefined);
  options.sources.env.PATH = '/nowhere';
  await expect(pythonWith('tts', [], options)).rejects.toThrow('it needs Python 3.10 or newer');
});
