import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const src = fileURLToPath(new URL('..', import.meta.url));
const base64 = (path) => readFileSync(path).toString('base64');

/** Of each bundle. */
export const COMMON = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  legalComments: 'linked',
  logLevel: 'warning',
};

/** Speed-ups of `ws`, which works without them. */
export const NEEDLESS = ['bufferutil', 'utf-8-validate'];

/** CommonJS packages in a bundle ask for Node's modules by `require`. */
export const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** The WebAssembly that Opus reads beside its code is put into the code. */
export const embedWasm = {
  name: 'embed-wasm',
  setup({ onLoad }) {
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

/** So is the sentence that the check speaks. */
const embedSentence = {
  name: 'embed-sentence',
  setup({ onLoad }) {
    onLoad({ filter: /outside[\\/]sentence\.ts$/ }, () => ({
      contents: `export const readSentence = async () => Buffer.from('${base64(join(src, 'doctor/sentence.wav'))}', 'base64');`,
    }));
  },
};

/**
 * The program that the page offers for download: one file, which needs no `node_modules`.
 *
 * @param out - folder of the built program.
 */
export async function bundleCheck(out) {
  await build({
    ...COMMON,
    entryPoints: [join(src, 'doctor/outside/main.ts')],
    outfile: join(out, 'web/download/voice-agent-check.mjs'),
    minify: true,
    plugins: [embedWasm, embedSentence],
    banner: { js: REQUIRE },
    external: NEEDLESS,
  });
}

if (process.argv[1] === import.meta.filename && process.argv[2]) await bundleCheck(process.argv[2]);
