import { writeFileSync } from 'node:fs';
import { debuggingPage } from './render.ts';

/** Writes the page of docs “Debugging connectivity”: `npm run readme`. */
writeFileSync(new URL('../../../src/doctor/debugging.md', import.meta.url), debuggingPage());
