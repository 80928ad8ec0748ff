import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PersonaError } from '../../src/errors.ts';
import { readFolder, watchFolder } from '../../src/persona/folder.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'prompts-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

/** As the kubelet mounts a ConfigMap: `x.md` → `..data/x.md`, `..data` → a folder of its own per version. */
function mountVersion(version: string, text: string): void {
  mkdirSync(join(dir, `..${version}`));
  writeFileSync(join(dir, `..${version}`, 'default.md'), text);
  symlinkSync(`..${version}`, join(dir, '..data_tmp'));
  renameSync(join(dir, '..data_tmp'), join(dir, '..data'));
}

test('prompt files are read; hidden files, README.md and others are not', async () => {
  for (const name of ['b.md', '_part.md', 'README.md', '.hidden.md', 'notes.txt', 'b.md~']) {
    writeFileSync(join(dir, name), name);
  }
  expect([...(await readFolder(dir))]).toEqual([
    ['_part.md', '_part.md'],
    ['b.md', 'b.md'],
  ]);
});

test('a file that cannot be read is a fault of its own', async () => {
  mkdirSync(join(dir, 'a.md'));
  writeFileSync(join(dir, 'b.md'), 'B');
  const files = await readFolder(dir);
  expect(files.get('a.md')).toBeInstanceOf(PersonaError);
  expect(files.get('b.md')).toBe('B');
});

test('a file that vanishes between listing and reading is not there', async () => {
  symlinkSync('..data/gone.md', join(dir, 'gone.md'));
  expect((await readFolder(dir)).size).toBe(0);
});

test('a missing folder is an error that says what to set', async () => {
  await expect(readFolder(join(dir, 'none'))).rejects.toMatchObject({
    message: expect.stringContaining(`${dir}/none cannot be read: ENOENT`),
    hint: expect.stringContaining('PROMPTS_DIR'),
  });
});

test('a Kubernetes swap is seen and its new text is read', async () => {
  mountVersion('1', 'one');
  symlinkSync('..data/default.md', join(dir, 'default.md'));
  expect((await readFolder(dir)).get('default.md')).toBe('one');

  await new Promise<void>((resolve) => {
    const stop = watchFolder(dir, () => {
      stop();
      resolve();
    });
    mountVersion('2', 'two');
  });
  expect((await readFolder(dir)).get('default.md')).toBe('two');
});

test('watching a folder that is not there is left to polling', () => {
  watchFolder(join(dir, 'none'), () => {})();
});
