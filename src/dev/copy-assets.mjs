// After `tsc`: everything in src that a compiled program reads but tsc does not copy.
import { copyFileSync, cpSync, rmSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const page = (base) => at(`${base}/web/page`);

rmSync(page('dist'), { recursive: true, force: true });
cpSync(page('src'), page('dist'), { recursive: true, filter: (path) => extname(path) !== '.ts' });
for (const file of [
  'doctor/sentence.wav',
  'doctor/sentence-ms.wav',
  'doctor/files/livekit-keys.json',
  'doctor/files/livekit-series.json',
  'stages/turn/completeness/weights.json',
])
  copyFileSync(at(`src/${file}`), at(`dist/${file}`));
await import('./bundle-check.mjs');
