// After `tsc`: everything in src that a compiled program reads but tsc does not copy.
import { cpSync, rmSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const page = (base) => fileURLToPath(new URL(`../../${base}/web/page`, import.meta.url));

rmSync(page('dist'), { recursive: true, force: true });
cpSync(page('src'), page('dist'), { recursive: true, filter: (path) => extname(path) !== '.ts' });
