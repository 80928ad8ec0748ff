import { readFileSync, writeFileSync } from 'node:fs';
import { readFixtures } from './fixture.ts';
import { readmeWith } from './table.ts';

/** Writes the table of servers into src/openai/README.md: `npx tsx test/real/write-docs.ts`. */
const file = new URL('../../src/openai/README.md', import.meta.url);
writeFileSync(file, readmeWith(readFileSync(file, 'utf8'), await readFixtures()));
