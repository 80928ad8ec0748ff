import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepOnDisk } from '../../src/persona/last-good.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'last-good-'));
});
afterEach(() => {
  rmSync(base, { recursive: true });
});

const folderName = () => join(base, readdirSync(base)[0] ?? '');

test('what one process wrote another reads, and folders do not mix', async () => {
  await keepOnDisk('prompts', base).write({ 'a.md': 'A' });
  await keepOnDisk('other', base).write({ 'a.md': 'other' });
  expect(await keepOnDisk('./prompts/', base).read()).toEqual({ 'a.md': 'A' });
});

test('nothing is kept at first', async () => {
  expect(await keepOnDisk('prompts', base).read()).toEqual({});
});

test('only the user can read or write it, and no drafts are left', async () => {
  await keepOnDisk('prompts', base).write({ 'a.md': 'A' });
  expect(statSync(folderName()).mode & 0o777).toBe(0o700);
  expect(readdirSync(folderName())).toEqual([expect.stringMatching(/^[0-9a-f]{16}\.json$/)]);
});

test('a damaged file counts as nothing kept', async () => {
  const kept = keepOnDisk('prompts', base);
  await kept.write({ 'a.md': 'A' });
  const [file = ''] = readdirSync(folderName());
  for (const damage of ['', '{"a.md":', '["a.md"]', '{"a.md": 1}']) {
    writeFileSync(join(folderName(), file), damage);
    expect(await kept.read()).toEqual({});
  }
});

test('a folder that others may write to, or a link, is not trusted', async () => {
  const kept = keepOnDisk('prompts', base);
  await kept.write({ 'a.md': 'A' });
  const folder = folderName();
  chmodSync(folder, 0o777);
  expect(await kept.read()).toEqual({});
  rmSync(folder, { recursive: true });
  symlinkSync(mkdtempSync(join(base, 'elsewhere-')), folder);
  await kept.write({ 'a.md': 'A' });
  expect(readdirSync(folder)).toEqual([]);
});
