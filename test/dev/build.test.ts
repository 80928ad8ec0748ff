import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

/** Run from their sources only. */
const NEVER_BUILT = /^(bench|dev)\//;
const READ_BESIDE = /new URL\('([^']+\.(?:wav|json))', import\.meta\.url\)/g;

test('what a built program reads from its own folder is copied there', async () => {
  const copied = await readFile('src/dev/build.mjs', 'utf8');
  const files = (await readdir('src', { recursive: true })).filter(
    (file) => file.endsWith('.ts') && !NEVER_BUILT.test(file),
  );
  const read = await Promise.all(
    files.map(async (file) =>
      [...(await readFile(join('src', file), 'utf8')).matchAll(READ_BESIDE)].map(([, path = '']) =>
        relative('src', join('src', dirname(file), path)),
      ),
    ),
  );
  const needed = [...new Set(read.flat())].filter((path) => path !== '../package.json');
  expect(needed).toContain('stages/turn/completeness/weights.json');
  expect(needed.filter((path) => !copied.includes(`'${path}'`))).toEqual([]);
});
