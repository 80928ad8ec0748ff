import { readFileSync, writeFileSync } from 'node:fs';
import { envTable } from '../config/describe.ts';
import { AppError } from '../errors.ts';

/** Writes the table of settings into README.md, between its markers: `node --import tsx src/dev/readme.ts`. */
const file = new URL('../../README.md', import.meta.url);
const [before, rest] = readFileSync(file, 'utf8').split('<!-- env:start -->');
const after = rest?.split('<!-- env:end -->')[1];
if (after === undefined)
  throw new AppError('README.md lacks its markers <!-- env:start --> and <!-- env:end -->');
writeFileSync(file, `${before}<!-- env:start -->\n${envTable()}\n<!-- env:end -->${after}`);
