// After `tsc`: everything in src that a compiled program reads but tsc does not copy, into the folder that is given (`dist`).
import { copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const page = (base) => at(`${base}/web/page`);
const out = process.argv[2] ?? 'dist';

rmSync(page(out), { recursive: true, force: true });
cpSync(page('src'), page(out), { recursive: true, filter: (path) => extname(path) !== '.ts' });
for (const file of [
  'doctor/sentence.wav',
  'doctor/sentence-ms.wav',
  'doctor/files/livekit-keys.json',
  'doctor/files/livekit-series.json',
  'stages/turn/completeness/weights.json',
]) {
  mkdirSync(dirname(at(`${out}/${file}`)), { recursive: true });
  copyFileSync(at(`src/${file}`), at(`${out}/${file}`));
}
if (out === 'dist') await import('./bundle-check.mjs');
