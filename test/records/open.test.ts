import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RecordsFolder, workerIdOf, writeWhole } from '../../src/records/folder.ts';
import { ALIVE_EVERY_MS, claimLeftovers } from '../../src/records/leftovers.ts';
import { type CallRecords, openRecords } from '../../src/records/open.ts';
import { configFrom } from '../helpers/config.ts';
import { keptLog } from '../helpers/kept-log.ts';
import { type ManualClock, manualClock } from '../helpers/manual-clock.ts';
import { CALL, CALL_ID } from '../helpers/recorded-events.ts';

let dir: string;
let clock: ManualClock;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'records-'));
  clock = manualClock();
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const workers = () => readdir(join(dir, 'workers')).catch(() => []);
const opened = (env: Record<string, string> = {}): Promise<CallRecords> =>
  openRecords({ config: configFrom({ RECORDS_DIR: dir, ...env }), clock, log: keptLog(), report: () => {} });

test('a worker that has stopped leaves nothing but its records', async () => {
  const records = await opened();
  for (const event of CALL) records.happened(event);
  records.over(CALL_ID, 'left');
  expect(await workers()).toHaveLength(1);
  // It is just about to say that it lives.
  clock.advance(ALIVE_EVERY_MS);
  await records.close();
  expect(await workers()).toEqual([]);
  expect(await readdir(join(dir, 'calls'))).toEqual([CALL_ID]);
  expect(clock.pending()).toEqual([]);
});

test('what it could not deliver is left, and is anybody’s at once, wherever it ran', async () => {
  const records = await opened();
  const own = new RecordsFolder(dir, workerIdOf(process.pid));
  await writeWhole(join(own.queue, '1-x.webhook.json'), '{}');
  const other = new RecordsFolder(dir, 'other.1');
  expect(await claimLeftovers(other, Date.now(), false)).toEqual([]);
  await records.close();
  const [claimed] = await claimLeftovers(other, Date.now(), false);
  expect(await readdir(claimed?.queue ?? '')).toEqual(['1-x.webhook.json']);
});
