import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CallFact } from '../../src/observe/facts.ts';
import { partName, RecordsFolder, writeWhole } from '../../src/records/folder.ts';
import { claimLeftovers, sayAlive } from '../../src/records/leftovers.ts';
import type { Message } from '../../src/records/message.ts';
import { Records, type RecordsParts } from '../../src/records/records.ts';
import { createRedaction } from '../../src/records/redact.ts';
import { RECORDING_RATE } from '../../src/records/stereo.ts';
import { WavFile } from '../../src/records/wav-file.ts';
import { configFrom } from '../helpers/config.ts';
import { keptLog } from '../helpers/kept-log.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { CALL, CALL_ID, eventAt, START_MS, said, started } from '../helpers/recorded-events.ts';
import { channelsOf } from '../helpers/stereo-wav.ts';

let dir: string;
let folder: RecordsFolder;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'records-'));
  folder = new RecordsFolder(dir, 'me.1');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

interface Opened {
  records: Records;
  log: ReturnType<typeof keptLog>;
  told: Message[];
  facts: CallFact[];
}

function opened(env: Record<string, string> = {}, more: Partial<RecordsParts> = {}): Opened {
  const config = configFrom({ RECORDS_DIR: dir, TRANSCRIPTS: 'true', ...env });
  const [log, told, facts]: [Opened['log'], Message[], CallFact[]] = [keptLog(), [], []];
  const delivery = { tell: async (message: Message) => void told.push(message), load: async () => {} };
  const records = new Records({
    ...{ config, folder, log, redact: undefined, isFull: () => false, clock: manualClock() },
    delivery: delivery as unknown as RecordsParts['delivery'],
    report: (fact) => facts.push(fact),
    wallNow: () => START_MS + 60_000,
    ...more,
  });
  return { records, log, told, facts };
}

/** What is kept of a call, file by file. */
async function kept(callId = CALL_ID): Promise<Record<string, string>> {
  const path = folder.kept(callId);
  const names = await readdir(path).catch(() => []);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(path, name), 'utf8')])),
  );
}

async function part(atMs: number, ms: number, value: number): Promise<void> {
  const wav = await WavFile.create(join(folder.open(CALL_ID), partName(START_MS + atMs)), RECORDING_RATE, 2);
  await wav.append(new Int16Array((ms * RECORDING_RATE * 2) / 1000).fill(value));
  await wav.close();
}

test('a call that is over has a record, whose receivers are told in order', async () => {
  const { records, log, told } = opened();
  for (const event of CALL) records.happened(event);
  records.over(CALL_ID, 'left');
  await records.settled();
  expect(Object.keys(await kept())).toEqual(['summary.json', 'transcript.json', 'transcript.txt']);
  expect(told.map(({ event }) => event)).toEqual([
    'call.started',
    'call.ended',
    'call.summary',
    'transcript.ready',
  ]);
  expect(told[1]?.data).toMatchObject({ caller: 'Aisyah', endReason: 'left', durationMs: 30_000 });
  const [line] = log.lines.filter(({ msg }) => msg === 'call summary');
  expect(line?.fields).toMatchObject({ callId: CALL_ID, turns: 1, pii_caller: 'Aisyah' });
  expect(line?.fields).not.toHaveProperty('caller');
  expect(await readdir(folder.openCalls)).toEqual([]);
});

test('the sound of two processes is one recording, with silence between', async () => {
  const { records, told } = opened();
  records.happened(started());
  await expect.poll(() => stat(folder.open(CALL_ID)).catch(() => undefined)).toBeTruthy();
  await part(1000, 2000, 100);
  records.happened(started(5000, { goesOn: true }));
  await part(5000, 1000, 200);
  records.over(CALL_ID, 'left');
  await records.settled();
  const { left } = channelsOf(await readFile(join(folder.kept(CALL_ID), 'recording.wav')));
  expect(left.samples.length).toBe(5 * RECORDING_RATE);
  expect([1000, 3000, 4500].map((ms) => left.samples[ms * 16])).toEqual([100, 0, 200]);
  expect(told.find(({ event }) => event === 'recording.ready')?.data).toMatchObject({
    fromMs: 1000,
    durationMs: 5000,
  });
  expect(JSON.parse((await kept())['summary.json'] ?? '')).toMatchObject({
    parts: 2,
    recording: { fromMs: 1000 },
  });
});

test('calls of a worker that is gone get their record from the next one, once, with what they had to say', async () => {
  const before = opened();
  await sayAlive(folder, START_MS);
  for (const event of CALL.slice(0, 7)) before.records.happened(event);
  await expect
    .poll(
      async () =>
        (await readFile(join(folder.open(CALL_ID), 'events.jsonl'), 'utf8').catch(() => '')).split('\n')
          .length,
    )
    .toBe(8);
  await part(500, 1000, 100);
  await writeFile(join(folder.open(CALL_ID), 'events.jsonl'), '{"torn', { flag: 'a' });
  await writeWhole(join(folder.queue, '1-x.webhook.json'), '{}');
  const { records, told } = opened();
  // The same name: a container that was started again.
  const leftovers = await claimLeftovers(folder, Date.now(), true);
  expect(leftovers).toHaveLength(1);
  for (const leftover of leftovers) await records.takeOver(leftover);
  expect(JSON.parse((await kept())['summary.json'] ?? '')).toMatchObject({
    endReason: 'worker lost',
    ok: false,
  });
  expect(Object.keys(await kept())).toContain('recording.wav');
  expect(told.map(({ event }) => event)).toEqual([
    'call.ended',
    'call.summary',
    'transcript.ready',
    'recording.ready',
  ]);
  expect(await readdir(folder.queue)).toEqual(['1-x.webhook.json']);
  expect(await claimLeftovers(folder, Date.now(), false)).toEqual([]);
});

test('a worker that lives is left alone, one that has been silent for a minute is gone', async () => {
  const other = new RecordsFolder(dir, 'elsewhere.7');
  await sayAlive(other, Date.now());
  await writeFile(other.alive, JSON.stringify({ host: 'elsewhere', pid: 7 }));
  expect(await claimLeftovers(folder, Date.now(), false)).toEqual([]);
  expect(await claimLeftovers(folder, Date.now() + 61_000, false)).toHaveLength(1);
});

test('without TRANSCRIPTS no word is on the disk, at no time', async () => {
  const { records, told } = opened({ TRANSCRIPTS: 'false' });
  for (const event of CALL.slice(0, -1)) records.happened(event);
  await expect
    .poll(
      async () =>
        (await readFile(join(folder.open(CALL_ID), 'events.jsonl'), 'utf8').catch(() => '')).split('\n')
          .length,
    )
    .toBe(CALL.length);
  expect(await readFile(join(folder.open(CALL_ID), 'events.jsonl'), 'utf8')).not.toMatch(/noted|Hello|ana/);
  records.over(CALL_ID, 'left');
  await records.settled();
  expect(Object.keys(await kept())).toEqual(['summary.json']);
  expect(JSON.stringify(told)).not.toMatch(/noted|Hello|ana@/);
});

test('what a caller has not allowed is on no disk', async () => {
  const { records } = opened();
  const asked = [started(), eventAt(1, { type: 'recording', state: 'asked' }), said(2, 'user', 'My secret.')];
  for (const event of [
    ...asked,
    eventAt(3, { type: 'recording', state: 'refused' }),
    said(4, 'user', 'Another secret.'),
  ])
    records.happened(event);
  await expect
    .poll(
      async () =>
        (await readFile(join(folder.open(CALL_ID), 'events.jsonl'), 'utf8').catch(() => '')).split('\n')
          .length,
    )
    .toBe(6);
  expect(await readFile(join(folder.open(CALL_ID), 'events.jsonl'), 'utf8')).not.toContain('secret');
  records.over(CALL_ID, 'left');
  await records.settled();
  expect(Object.keys(await kept())).toEqual(['summary.json']);
});

test('what is redacted stands nowhere', async () => {
  const redact = await createRedaction(configFrom({ RECORDS_DIR: dir, REDACT: 'numbers,emails' }).records);
  const { records, told } = opened({}, { redact });
  for (const event of CALL) records.happened(event);
  records.over(CALL_ID, 'left');
  await records.settled();
  expect((await kept())['transcript.txt']).toContain('Call me at [number] or [e-mail]');
  expect(JSON.stringify([await kept(), told])).not.toMatch(/6789|ana@/);
});

test('a disk that takes nothing costs a line and a fact; the record is tried again', async () => {
  await writeFile(join(dir, 'workers'), 'a file where a folder belongs');
  const clock = manualClock();
  const { records, facts, log } = opened({}, { clock });
  for (const event of CALL) records.happened(event);
  records.over(CALL_ID, 'left');
  await clock.waitsFor(30_000);
  expect(facts).toContainEqual({ fact: 'record-failed', what: 'record' });
  expect(log.lines.filter(({ msg }) => msg === 'call summary')).toHaveLength(1);
  await rm(join(dir, 'workers'));
  clock.advance(30_000);
  await expect.poll(async () => Object.keys(await kept()), { timeout: 5000 }).toContain('transcript.json');
});

test('a call whose agent never listened leaves nothing', async () => {
  const { records, log } = opened();
  records.happened(eventAt(0, { type: 'ended', reason: 'nobody came', ok: true }));
  records.over(CALL_ID, 'nobody came');
  await records.settled();
  expect([await readdir(dir), log.lines]).toEqual([[], []]);
});

test('where there is no room, the summary is a line of the log, and nothing is written', async () => {
  const { records, log } = opened({}, { isFull: () => true });
  for (const event of CALL) records.happened(event);
  records.over(CALL_ID, 'left');
  await records.settled();
  expect(log.lines.map(({ msg }) => msg)).toContain('call summary');
  expect(await readdir(dir)).toEqual([]);
});
