import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ROWS, SAID, silenceOf } from './what-decides.ts';

/** The table of `src/stages/README.md`, by the name of its rows. */
function table(): Map<string, number[]> {
  const text = readFileSync(new URL('../../src/stages/README.md', import.meta.url), 'utf8');
  const [, section = ''] = text.split('### What decides in each setting\n');
  const rows = (section.split('\n### ')[0] ?? '').split('\n').filter((line) => /^\| .*\d \|/.test(line));
  return new Map(
    rows.map((line) => {
      const [name = '', ...cells] = line.slice(2).split(' | ');
      return [name, cells.slice(0, 3).map(Number)] as const;
    }),
  );
}

test('the table has all rows', () => {
  expect([...table().keys()]).toEqual(Object.keys(ROWS));
});

test.each(Object.entries(ROWS))('turns end as the table says: %s', async (name, row) => {
  const measured: number[] = [];
  for (const said of SAID) measured.push(await silenceOf(said, row));
  const stated = table().get(name) ?? [];
  for (const [at, ms] of measured.entries())
    expect(Math.abs(ms - (stated[at] ?? 0)), `${measured}`).toBeLessThan(6);
});
