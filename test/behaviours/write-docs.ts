import { readFileSync, writeFileSync } from 'node:fs';
import { readmeWith } from './table.ts';

/** Writes the table of behaviours into src/call/README.md: `npx tsx test/behaviours/write-docs.ts`. */
const file = new URL('../../src/call/README.md', import.meta.url);
writeFileSync(file, readmeWith(readFileSync(file, 'utf8')));
