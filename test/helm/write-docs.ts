import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { readmeFor, schemaFor } from './chart-docs.ts';

/** Writes the generated parts of the chart's README and schema: `npx tsx test/helm/write-docs.ts`. */
const path = (name: string) => new URL(`../../helm/${name}`, import.meta.url);
const read = (name: string) => readFileSync(path(name), 'utf8');

writeFileSync(path('README.md'), readmeFor(read('README.md'), read('values.yaml')));
writeFileSync(path('values.schema.json'), JSON.stringify(schemaFor(read('values.schema.json')), null, 2));
execFileSync('npx', ['biome', 'format', '--write', 'helm/values.schema.json'], { stdio: 'ignore' });
