// After `tsc`: the program that the page offers for download, in one file, and the WebRTC library in the place where the
// installed program looks for it. Both are bundles: neither needs `node_modules`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** Another folder than `dist` for tests. */
const out = process.argv[2] ?? at('dist');
const base64 = (path) => readFileSync(path).toString('base64');

/** Files that are read beside the code are put into it. */
const embedFiles = {
  name: 'embed-files',
  setup({ onLoad }) {
    onLoad({ filter: /outside[\\/]sentence\.[jt]s$/ }, () => ({
      contents: `export const readSentence = async () => Buffer.from('${base64(at('src/doctor/sentence.wav'))}', 'base64');`,
    }));
    onLoad({ filter: /@evan[\\/]opus[\\/]wasm[\\/]index\.js$/ }, ({ path }) => {
      const code = readFileSync(path, 'utf8');
      const embedded = code.replace(
        /require\('fs'\)\.readFileSync\(.*?\.wasm`\)\)/,
        () => `Buffer.from('${base64(join(dirname(path), 'opus.wasm'))}', 'base64')`,
      );
      assert.notEqual(embedded, code, `${path} loads its WebAssembly in another way than before`);
      return { contents: embedded };
    });
  },
};

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minify: true,
  legalComments: 'linked',
  plugins: [embedFiles],
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
await build({
  ...common,
  entryPoints: [at('src/doctor/outside/webrtc.ts')],
  outfile: join(out, 'doctor/outside/webrtc.js'),
  allowOverwrite: true,
});
