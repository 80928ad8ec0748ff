import { expect, test } from 'vitest';
import type { Check } from '../../src/doctor/check.ts';
import { runChecks } from '../../src/doctor/run.ts';
import { AppError } from '../../src/errors.ts';
import { configFrom } from '../helpers/config.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const context = { config: configFrom(), fetch };
const RESULT = { evidence: '', cause: '', fix: '', ms: 0 };
const passes = (id: string, needs: string[] = []): Check => ({
  id,
  proves: id,
  needs,
  run: async () => 'fine',
});
const fails = (id: string, thrown: unknown): Check => ({
  id,
  proves: id,
  run: () => Promise.reject(thrown),
});

test('a failure names what to do, and what needs it is skipped and not failed', async () => {
  const broken = fails('a', new AppError('down', { hint: 'start it' }));
  const results = await runChecks(context, {
    checks: [broken, passes('b', ['a']), passes('c')],
    now: () => 0,
  });
  expect(results).toEqual([
    { ...RESULT, id: 'a', proves: 'a', verdict: 'fail', evidence: 'down', fix: 'start it' },
    { ...RESULT, id: 'b', proves: 'b', verdict: 'skip', cause: 'needs «a»' },
    { ...RESULT, id: 'c', proves: 'c', verdict: 'ok', evidence: 'fine' },
  ]);
});

test('each result is told at once, with the time that it took', async () => {
  const clock = manualClock();
  const slow: Check = {
    id: 's',
    proves: 's',
    async run() {
      clock.advance(120.4);
      return 'slow';
    },
  };
  const told: string[] = [];
  const onResult = ({ id, ms }: { id: string; ms: number }) => told.push(`${id} ${ms}`);
  await runChecks(context, { checks: [slow, passes('q')], onResult, now: clock.now });
  expect(told).toEqual(['s 120', 'q 0']);
});

test('whatever is thrown is a failure, also what is no error', async () => {
  const [result] = await runChecks(context, { checks: [fails('odd', undefined)] });
  expect(result).toMatchObject({ verdict: 'fail', evidence: 'undefined' });
});

test('a check with nothing to look at is skipped', async () => {
  const checks = [{ id: 'n', proves: 'n', run: async () => undefined }];
  const [result] = await runChecks(context, { checks });
  expect(result?.verdict).toBe('skip');
});
