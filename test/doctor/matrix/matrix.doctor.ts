import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Result } from '../../../src/doctor/check.ts';
import { followed } from './follow.ts';
import type { Row, Settings } from './row.ts';
import { ROWS } from './rows.ts';
import { type Site, startSite } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') process.stderr.write(`${site?.worker.describe()}\n`);
  await site?.restore();
});
afterAll(() => site?.close());

/** What is not well, or was not tried because of it: all that a person would look at. */
const notWell = (results: readonly Result[]) =>
  results.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn');

const HEALTHY_RUNS = 3;

test(`where everything is well, ${HEALTHY_RUNS} runs in a row say so`, async () => {
  for (let run = 1; run <= HEALTHY_RUNS; run += 1) {
    const { code, results, tookMs } = await site.check(site.settings);
    expect(notWell(results), `run ${run}`).toEqual([]);
    expect(code).toBe(0);
    process.stdout.write(`healthy run ${run}: ${results.length} hops in ${tookMs} ms\n`);
    expect(tookMs).toBeLessThan(20_000);
  }
});

test.each(ROWS.map((row) => ({ name: row.broken, row })))('$name', async ({ row }) => {
  const wrong = (await row.breaks(site)) ?? site.settings;
  const { code, results } = await site.check(wrong);
  const [first] = notWell(results);
  const { hop, verdict = 'fail', fix } = row;
  expect(first, JSON.stringify(results, null, 2)).toMatchObject({
    id: hop,
    verdict,
    fix: expect.stringContaining(fix),
  });
  expect(code).toBe(verdict === 'fail' ? 1 : 0);
  if (!row.cure || !first) return;
  const cured = await site.check(await cure(row.cure, first.fix, wrong));
  expect(notWell(cured.results), `after doing what this says: ${first.fix}`).toEqual([]);
});

async function cure(how: NonNullable<Row['cure']>, fix: string, wrong: Settings): Promise<Settings> {
  if (how === 'settings') return followed(fix, wrong, site.settings);
  return (await how(fix, site)) ?? wrong;
}
