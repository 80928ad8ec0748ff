import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Journal } from '../../../../src/phone/outbound/list/journal.ts';
import { perTest } from '../../../helpers/per-test.ts';

const own = perTest(
  async () => ({ dir: await mkdtemp(join(tmpdir(), 'journal-')) }),
  ({ dir }) => rm(dir, { recursive: true, force: true }),
);
const path = () => join(own.dir, 'calls.csv.journal');

test('another run goes on where the last one ended, with no number in the file', async () => {
  const first = await Journal.open(path());
  await first.dialling('+60312345678', 1000);
  await first.ended('+60312345678', 2000, 'busy', 486);
  await first.dialling('+60312345679', 3000);
  await first.close();
  const second = await Journal.open(path());
  expect(second.attemptsOf('+60312345678')).toEqual({ count: 1, result: 'busy', sipCode: 486, atMs: 2000 });
  expect(second.attemptsOf('+60312345679'), 'may have rung').toMatchObject({ count: 1, result: 'unknown' });
  expect(second.attemptsOf('+60312345670')).toBeUndefined();
  await second.dialling('+60312345678', 9000);
  await second.ended('+60312345678', 9000, 'not-dialled');
  expect(second.attemptsOf('+60312345678')).toMatchObject({ count: 1, result: 'not-dialled' });
  await second.close();
  expect(await readFile(path(), 'utf8')).not.toMatch(/603|1234/);
  expect((await stat(path())).mode & 0o777).toBe(0o600);
});

test('while one run has it, another is refused; it is free when that has ended', async () => {
  const first = await Journal.open(path());
  await expect(Journal.open(path())).rejects.toThrow(`another run has ${path()} open`);
  await first.close();
  await (await Journal.open(path())).close();
});

test('a line that was cut off was not waited for: it is passed over, and the next one begins by itself', async () => {
  const first = await Journal.open(path());
  await first.dialling('+60312345678', 1000);
  await first.close();
  await appendFile(path(), '{"key":"abc","at');
  const second = await Journal.open(path());
  await second.ended('+60312345678', 2000, 'answered');
  await second.close();
  const third = await Journal.open(path());
  expect(third.attemptsOf('+60312345678')).toMatchObject({ count: 1, result: 'answered' });
  await third.close();
});

test('a file that is no journal is told, and given back', async () => {
  await writeFile(path(), 'number,name\n+60312345678,Lim\n');
  await expect(Journal.open(path())).rejects.toThrow(`${path()}:1: this is no line of a journal`);
  await expect(Journal.open(path())).rejects.toThrow('no line of a journal');
});
