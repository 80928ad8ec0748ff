// The program as it is shipped, into `dist` or the folder that is given: each process that there is as one file and what it shares
// with the others, the page, the program that the page offers, and the files that any of them reads.
import { copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCheck } from './bundle-check.mjs';
import { bundlePrograms } from './bundle-programs.mjs';

const src = fileURLToPath(new URL('..', import.meta.url));
/** A folder of the project, or an absolute path. */
const out = resolve(src, '..', process.argv[2] ?? 'dist');
/** Read by the code from beside its own place (`new URL(…, import.meta.url)`). */
const FILES = [
  'doctor/sentence.wav',
  'doctor/sentence-ms.wav',
  'doctor/files/livekit-keys.json',
  'doctor/files/livekit-series.json',
  'stages/turn/completeness/weights.json',
];

// What a folder given holds beside is somebody else's.
if (process.argv[2] === undefined) rmSync(out, { recursive: true, force: true });
await bundlePrograms(out);
await bundleCheck(out);
const page = join(out, 'web/page');
rmSync(page, { recursive: true, force: true });
cpSync(join(src, 'web/page'), page, { recursive: true, filter: (path) => extname(path) !== '.ts' });
for (const file of FILES) {
  mkdirSync(dirname(join(out, file)), { recursive: true });
  copyFileSync(join(src, file), join(out, file));
}
