import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ROWS } from './rows.ts';
import { readmeWith } from './table.ts';

test('the README has the table of all broken set-ups: `npm run readme` writes it', () => {
  const readme = readFileSync(new URL('../../../src/doctor/README.md', import.meta.url), 'utf8');
  expect(readme).toBe(readmeWith(readme));
});

test('no row stands there twice', () => {
  const names = ROWS.map(({ broken, seat }) => `${seat} ${broken}`);
  expect(new Set(names).size).toBe(names.length);
});
