import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { publishFiles } from './volumes.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'volume-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const file = (path: string, text: string, mode = 0o644) => ({ path, content: Buffer.from(text), mode });
const publish = (...files: ReturnType<typeof file>[]) => publishFiles(dir, files, undefined);
const visible = () => readdirSync(dir).filter((name) => !name.startsWith('..'));

test('files with their modes, in folders too', async () => {
  await publish(file('default.md', 'one'), file('keys/api', 'key', 0o440));
  expect(visible().sort()).toEqual(['default.md', 'keys']);
  expect(readFileSync(join(dir, 'keys/api'), 'utf8')).toBe('key');
  expect(statSync(join(dir, 'keys/api')).mode & 0o777).toBe(0o440);
});

test('a change replaces all files by one link, and leaves nothing of the old', async () => {
  expect(await publish(file('a.md', 'old'), file('b.md', 'old'))).toBe(true);
  const before = readlinkSync(join(dir, '..data'));
  expect(await publish(file('a.md', 'new'), file('c.md', 'new'))).toBe(true);
  expect(readFileSync(join(dir, 'a.md'), 'utf8')).toBe('new');
  expect(visible().sort()).toEqual(['a.md', 'c.md']);
  expect(readdirSync(dir)).not.toContain(before);
});

test('nothing happens when nothing changed', async () => {
  await publish(file('a.md', 'same'));
  const before = readlinkSync(join(dir, '..data'));
  expect(await publish(file('a.md', 'same'))).toBe(false);
  expect(readlinkSync(join(dir, '..data'))).toBe(before);
});
