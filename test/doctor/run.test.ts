import { expect, test } from 'vitest';
import type { Check } from '../../src/doctor/check.ts';
import { runChecks } from '../../src/doctor/run.ts';
import { AppError } from '../../src/errors.ts';
import { configFrom } from '../helpers/config.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const context = { config: configFrom(), fetch };
const passes = (id: string, needs: string[] = []): Check => ({
  id,
  title: id,
  needs,
  run: async () => 'fine',
});
const fails = (id: string, thrown: unknown): Check => ({
  id,
  title: id,
  run: () => Promise.reject(thrown),
});

test('a failure names what to do, and what needs it is skipped and not failed', async () => {
  const broken = fails('a', new AppError('down', { hint: 'start it' }));
  const results = await runChecks(context, {
    checks: [broken, passes('b', ['a']), passes('c')],
    now: () => 0,
  });
  expect(results).toEqual([
    { id: 'a', title: 'a', status: 'failed', detail: 'down', hint: 'start it', tookMs: 0 },
    { id: 'b', title: 'b', status: 'skipped', detail: 'needs «a»', tookMs: 0 },
    { id: 'c', title: 'c', status: 'ok', detail: 'fine', tookMs: 0 },
  ]);
});

test('each result is told at once, with the time that it took', async () => {
  const clock = manualClock();
  const slow: Check = {
    id: 's',
    title: 's',
    async run() {
      clock.advance(120.4);
      return 'slow';
    },
  };
  const told: string[] = [];
  const onResult = ({ id, tookMs }: { id: string; tookMs: number }) => told.push(`${id} ${tookMs}`);
  await runChecks(context, { checks: [slow, passes('q')], onResult, now: clock.now });
  expect(told).toEqual(['s 120', 'q 0']);
});

test('whatever is thrown is a failure, also what is no error', async () => {
  const [result] = await runChecks(context, { checks: [fails('odd', undefined)] });
  expect(result).toMatchObject({ status: 'failed', detail: 'undefined' });
});

test('a check with nothing to look at is skipped', async () => {
  const checks = [{ id: 'n', title: 'n', run: async () => undefined }];
  const [result] = await runChecks(context, { checks });
  expect(result?.status).toBe('skipped');
});
