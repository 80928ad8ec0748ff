import { expect, test } from 'vitest';
import type { Check } from '../../src/doctor/check.ts';
import { renderResult, runChecks } from '../../src/doctor/run.ts';
import { AppError } from '../../src/errors.ts';
import { configFrom } from '../helpers/config.ts';

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
  const results = await runChecks(context, [broken, passes('b', ['a']), passes('c')]);
  expect(results).toEqual([
    { id: 'a', title: 'a', status: 'failed', detail: 'down', hint: 'start it' },
    { id: 'b', title: 'b', status: 'skipped', detail: 'needs «a»' },
    { id: 'c', title: 'c', status: 'ok', detail: 'fine' },
  ]);
  expect(results[0] && renderResult(results[0])).toMatch(/^failed +a +down\n +→ start it$/);
});

test('whatever is thrown is a failure, also what is no error', async () => {
  const [result] = await runChecks(context, [fails('odd', undefined)]);
  expect(result).toMatchObject({ status: 'failed', detail: 'undefined' });
});

test('a check with nothing to look at is skipped', async () => {
  const [result] = await runChecks(context, [{ id: 'n', title: 'n', run: async () => undefined }]);
  expect(result?.status).toBe('skipped');
});
