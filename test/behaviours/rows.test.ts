import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FAULT_ROWS } from './fault-rows.ts';
import { ROWS } from './rows.ts';
import { readmeWith } from './table.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

test('the README has the table of all behaviours: `npm run readme` writes it', () => {
  const readme = read('../../src/call/README.md');
  expect(readme).toBe(readmeWith(readme));
});

test('each row has a call that proves it, and one only', () => {
  const files = readdirSync(new URL('./calls/', import.meta.url));
  const proven = files.flatMap((name) =>
    [...read(`./calls/${name}`).matchAll(/^(?:behaviour|sideBySide)\(\s*'([^']+)'/gm)].map(([, row]) => row),
  );
  // `calls/faults.ts` has a call for each of these.
  const all = [...proven, ...Object.keys(FAULT_ROWS)];
  expect(all.toSorted()).toEqual(Object.keys(ROWS).toSorted());
});
