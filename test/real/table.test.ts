import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readFixtures } from './fixture.ts';
import { NOTES } from './notes.ts';
import { readmeWith } from './table.ts';

const fixtures = await readFixtures();

test('the README has the table of all servers: `npm run readme` writes it', () => {
  const readme = readFileSync(new URL('../../src/openai/README.md', import.meta.url), 'utf8');
  expect(readme).toBe(readmeWith(readme, fixtures));
});

test('each server that was recorded has a row, and each note a recording that shows it', () => {
  const servers = new Set([...fixtures.values()].map(({ server }) => server));
  expect(Object.keys(NOTES).sort()).toEqual([...servers].sort());
  const shown = Object.values(NOTES).flatMap(({ set, avoid }) =>
    [...set, ...avoid].map((note) => note.shown),
  );
  expect(shown.filter((path) => !fixtures.has(path))).toEqual([]);
});
