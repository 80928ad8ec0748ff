import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CallFact } from '../../src/observe/facts.ts';
import { RecordsFolder } from '../../src/records/folder.ts';
import { Recorder } from '../../src/records/recorder.ts';
import { RECORDING_RATE } from '../../src/records/stereo.ts';
import { keptLog } from '../helpers/kept-log.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { CALL_ID, eventAt } from '../helpers/recorded-events.ts';
import { channelsOf } from '../helpers/stereo-wav.ts';

let folder: RecordsFolder;
beforeEach(async () => {
  folder = new RecordsFolder(await mkdtemp(join(tmpdir(), 'records-')), 'me.1');
});
afterEach(() => rm(folder.dir, { recursive: true, force: true }));

function opened() {
  const clock = manualClock();
  const facts: CallFact[] = [];
  const report = (fact: CallFact) => void facts.push(fact);
  const recorder = new Recorder({
    callId: CALL_ID,
    folder,
    clock,
    log: keptLog(),
    report,
    wallNow: () => 42,
  });
  /** So long a call, of which the caller's side is this loud. */
  const goesOn = (ms: number, value: number) => {
    for (let atMs = 0; atMs < ms; atMs += 20) {
      clock.advance(20);
      recorder.hears(new Int16Array(320).fill(value));
    }
  };
  return { recorder, clock, facts, goesOn };
}

const ALLOWED = eventAt(0, { type: 'recording', state: 'allowed' });
const file = () => join(folder.open(CALL_ID), 'part-42.wav');
const lengthMs = async () => {
  const { left } = channelsOf(await readFile(file()));
  return (left.samples.length * 1000) / RECORDING_RATE;
};
/** The disk is slower than the clock of a test. */
const until = (ms: number) => expect.poll(() => lengthMs().catch(() => -1), { timeout: 5000 }).toBe(ms);

test('the file is readable while it is written, less than a second behind, and whole at the end', async () => {
  const { recorder, goesOn } = opened();
  recorder.follow(ALLOWED);
  await until(0);
  goesOn(500, 100);
  await until(200);
  goesOn(500, 100);
  await until(700);
  await recorder.close();
  expect(await lengthMs()).toBe(1000);
});

test('nothing is kept before it is allowed, and no more once it is not', async () => {
  const { recorder, goesOn, clock } = opened();
  recorder.follow(eventAt(0, { type: 'recording', state: 'asked' }));
  goesOn(1000, 77);
  expect([await readdir(folder.dir), clock.pending()]).toEqual([[], []]);
  recorder.follow(ALLOWED);
  goesOn(1000, 100);
  await recorder.close();
  const { left } = channelsOf(await readFile(file()));
  expect([...left.samples]).not.toContain(77);
  expect(left.samples.length).toBe(RECORDING_RATE);
});

test('a disk that takes nothing ends the recording with one fact, and the call goes on', async () => {
  await writeFile(join(folder.dir, 'workers'), 'a file where a folder belongs');
  const { recorder, goesOn, facts, clock } = opened();
  recorder.follow(ALLOWED);
  await expect.poll(() => facts).toEqual([{ fact: 'record-failed', what: 'recording' }]);
  goesOn(2000, 100);
  recorder.plays(new Int16Array(480), 0);
  recorder.stops();
  await recorder.close();
  expect(clock.pending()).toEqual([]);
  expect(facts).toHaveLength(1);
});

test('a full folder takes no recording', async () => {
  await writeFile(folder.full, '');
  const { recorder, facts } = opened();
  recorder.follow(ALLOWED);
  await expect.poll(() => facts).toEqual([{ fact: 'record-failed', what: 'recording' }]);
});
