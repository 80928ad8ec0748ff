// After `tsc`: the program that the page offers for download, in one file that needs no `node_modules`.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** Another folder than `dist` for tests. */
const out = process.argv[2] ?? at('dist');

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minify: true,
  legalComments: 'linked',
  // CommonJS packages among them ask for Node's modules by `require`.
  banner: {
    js: "import { createRequire as __require } from 'node:module'; const require = __require(import.meta.url);",
  },
  // Speed-ups of `ws`, which works without them.
  external: ['bufferutil', 'utf-8-validate'],
  logLevel: 'warning',
};

const PROGRAM = 'web/download/voice-agent-check.mjs';

await build({ ...common, entryPoints: [at('src/doctor/outside/main.ts')], outfile: join(out, PROGRAM) });
