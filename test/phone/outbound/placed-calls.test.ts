import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/openai/clock.ts';
import { DialLimits, TooMany } from '../../../src/phone/outbound/dial-limits.ts';
import { sharedPlacedCalls } from '../../../src/phone/outbound/placed-calls.ts';
import { perTest } from '../../helpers/per-test.ts';

const own = perTest(
  async () => ({ folder: join(await mkdtemp(join(tmpdir(), 'placed-')), 'calls') }),
  ({ folder }) => rm(folder, { recursive: true, force: true }),
);
const LIMITS = { perMinute: 2, atOnce: 9, perDay: 3 };
let now = 1_800_000_000_000;

/** Limits as another process would have them. */
const process = () =>
  new DialLimits(sharedPlacedCalls('ws://livekit.test', systemClock, own.folder), () => now);
const take = (limits: DialLimits, more: Partial<Parameters<DialLimits['take']>[0]> = {}) =>
  limits.take({
    ...{ trunk: 'main', limits: LIMITS, running: async () => 0, begin: async () => 'begun' },
    ...more,
  });

test('two processes count the same calls, and a third one that starts later', async () => {
  const [one, two] = [process(), process()];
  expect(await take(one)).toBe('begun');
  await take(two);
  await expect(take(one)).rejects.toThrow('the trunk main has 2 calls in a minute');
  expect(await take(two, { trunk: 'other' })).toBe('begun');
  now += 60_000;
  await take(process());
  now += 60_000;
  await expect(take(process())).rejects.toThrow('3 calls in a day');
  now += 24 * 60 * 60_000;
  await take(one);
});

test('of many at once no more than the limit are begun, and the others begin nothing', async () => {
  let begun = 0;
  const begin = async () => {
    begun++;
  };
  const all = await Promise.allSettled(Array.from({ length: 6 }, () => take(process(), { begin })));
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  expect(begun).toBe(2);
  for (const one of all) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(TooMany);
});

test('calls at once are counted after the one before has begun', async () => {
  const rooms: string[] = [];
  const one = () =>
    take(process(), {
      ...{ limits: { ...LIMITS, atOnce: 1 }, running: async () => rooms.length },
      begin: async () => void rooms.push('room'),
    });
  const all = await Promise.allSettled([one(), one(), one()]);
  expect(all.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
});

test('a call that cannot begin is not counted', async () => {
  const begin = () => Promise.reject(new Error('no room'));
  await expect(take(process(), { begin })).rejects.toThrow('no room');
  await take(process());
  await take(process());
});

test('what is kept is for its owner alone, and a file that is something else is named', async () => {
  await take(process());
  expect((await stat(own.folder)).mode & 0o077).toBe(0);
  const [name = ''] = await readdir(own.folder);
  expect(JSON.parse(await readFile(join(own.folder, name), 'utf8'))).toEqual({ main: [now] });
  await writeFile(join(own.folder, name), '{"main": "often"}');
  await expect(take(process())).rejects.toThrow(`${name}: not what calls were placed lately`);
});
