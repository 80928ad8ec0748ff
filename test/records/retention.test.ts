import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exists, RecordsFolder, writeWhole } from '../../src/records/folder.ts';
import { sweep } from '../../src/records/retention.ts';

const DAY_MS = 24 * 3_600_000;
const NOW_MS = Date.UTC(2026, 0, 31);
let folder: RecordsFolder;
beforeEach(async () => {
  folder = new RecordsFolder(await mkdtemp(join(tmpdir(), 'records-')), 'me.1');
});
afterEach(() => rm(folder.dir, { recursive: true, force: true }));

async function call(id: string, days: number): Promise<void> {
  await mkdir(folder.kept(id), { recursive: true });
  await writeFile(join(folder.kept(id), 'recording.wav'), Buffer.alloc(1000));
  const at = new Date(NOW_MS - days * DAY_MS);
  await utimes(folder.kept(id), at, at);
}

const swept = (mostBytes: number) => sweep({ folder, keepDays: 30, mostBytes, nowMs: NOW_MS });

/** A file of the call waits for S3, in the queue of another worker. */
const waits = (id: string) =>
  writeWhole(join(folder.workers, 'other.2', 'queue', `1-s3_${id}_recording.wav.s3.json`), '');

test('records go by themselves when they are too old', async () => {
  await call('old', 31);
  await call('young', 29);
  expect(await swept(10_000)).toEqual({ bytes: 1000, isFull: false });
  expect(await readdir(folder.calls)).toEqual(['young']);
});

test('beyond the bound the oldest go that are delivered; when none is left, the folder says that it is full', async () => {
  for (const [id, days] of [
    ['a', 4],
    ['b', 3],
    ['c', 2],
  ] as const)
    await call(id, days);
  await waits('a');
  expect(await swept(2500)).toEqual({ bytes: 2000, isFull: false });
  expect(await readdir(folder.calls)).toEqual(['a', 'c']);
  await waits('c');
  expect(await swept(1500)).toEqual({ bytes: 2000, isFull: true });
  expect(await exists(folder.full)).toBe(true);
  await swept(2500);
  expect(await exists(folder.full)).toBe(false);
});
