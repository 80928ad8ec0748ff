import { readFileSync, writeFileSync } from 'node:fs';
import { readmeWith } from './table.ts';

/** Writes the matrix of broken set-ups into src/doctor/README.md: `npx tsx test/doctor/matrix/write-docs.ts`. */
const file = new URL('../../../src/doctor/README.md', import.meta.url);
writeFileSync(file, readmeWith(readFileSync(file, 'utf8')));
