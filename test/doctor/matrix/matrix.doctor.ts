import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Result } from '../../../src/doctor/check.ts';
import { followed } from './follow.ts';
import type { Row, Settings } from './row.ts';
import { ROWS } from './rows.ts';
import { type Seat, type Site, startSite } from './site/site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterEach(async ({ task }) => {
  // At once: a run that is cut off prints no summary.
  const wrong = task.result?.errors?.map(({ message }) => message) ?? [];
  if (wrong.length > 0) process.stderr.write(`${task.name}\n${site?.describe()}\n${wrong.join('\n')}\n`);
  await site?.restore();
});
afterAll(() => site?.close());

/** All that a person would look at. */
const notWell = (results: readonly Result[]) =>
  results.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn');

/** Fails with all that the hops said. */
function expectWell(results: readonly Result[], why: string): void {
  const wrong = notWell(results);
  expect(wrong, `${why}\n${JSON.stringify(wrong, null, 1)}`).toEqual([]);
}

/** Of each seat, in a row; `MATRIX_HEALTHY_RUNS=20 npm run test:doctor` asks for more. */
const HEALTHY_RUNS = Number(process.env.MATRIX_HEALTHY_RUNS ?? 3);
const HEALTHY_WITHIN_MS = 20_000;
const SEATS: readonly Seat[] = ['inside', 'outside'];

test.each(SEATS)(
  'where everything is well, %s says so each time',
  { timeout: HEALTHY_RUNS * 60_000 },
  async (seat) => {
    for (let run = 1; run <= HEALTHY_RUNS; run += 1) {
      const { code, results, tookMs } = await site.check(seat, site.settings[seat]);
      expectWell(results, `run ${run}`);
      expect(code).toBe(0);
      process.stdout.write(`${seat}, all well: ${results.length} hops in ${tookMs} ms\n`);
      expect(tookMs).toBeLessThan(HEALTHY_WITHIN_MS);
    }
  },
);

test.each(ROWS.map((row) => ({ name: `${row.seat ?? 'inside'}: ${row.broken}`, row })))(
  '$name',
  async ({ row }) => {
    const { seat = 'inside', hop, verdict = 'fail', says } = row;
    const wrong = (await row.breaks(site, site.settings[seat])) ?? site.settings[seat];
    const { code, results } = await site.check(seat, wrong, row.hops);
    const told = JSON.stringify(results, null, 2);
    expect(told).not.toMatch(site.secrets);
    const found = verdict === 'ok' ? results.find(({ id }) => id === hop) : notWell(results)[0];
    const where = verdict === 'ok' ? 'evidence' : 'fix';
    expect(found, told).toMatchObject({ id: hop, verdict, [where]: expect.stringContaining(says) });
    expect(code, told).toBe(results.some((one) => one.verdict === 'fail') ? 1 : 0);
    if (!row.cure || !found) return;
    const cured = await cure(row.cure, seat, found.fix, wrong);
    const after = await site.check(seat, cured);
    expectWell(after.results, `after doing what this says: ${found.fix}`);
  },
);

async function cure(
  how: NonNullable<Row['cure']>,
  seat: Seat,
  fix: string,
  wrong: Settings,
): Promise<Settings> {
  if (how === 'settings') return followed(fix, wrong, site.settings[seat]);
  return (await how(site, fix, wrong)) ?? wrong;
}
