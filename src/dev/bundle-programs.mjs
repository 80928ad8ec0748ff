import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { COMMON, embedWasm, NEEDLESS, REQUIRE } from './bundle-check.mjs';

const src = fileURLToPath(new URL('..', import.meta.url));
/** Each is started by its path, as `src` has it. */
const PROGRAMS = ['main', 'host/main', 'dispatch/media-check', 'standin/main'];
/** Where the code is; a program's own file does nothing but import it from here. */
const BUNDLE = 'bundle';

/**
 * Stay packages: what is native, and rtc-node, whose private parts `framework/` reaches by its place. The framework,
 * which needs images never, gets `sharp` when it is first called: to load it takes a host process 15 MB and 0.3 s.
 */
const PACKAGES = ['@livekit/rtc-node', '@livekit/local-inference', 'onnxruntime-node'];

const lazySharp = {
  name: 'lazy-sharp',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^sharp$/ }, ({ path, kind }) =>
      kind === 'require-call' ? { path, external: true } : { path, namespace: 'lazy' },
    );
    onLoad({ filter: /.*/, namespace: 'lazy' }, () => ({
      contents: "module.exports = (...args) => require('sharp')(...args);",
    }));
  },
};

/**
 * Code that asks where it is (`import.meta`, `__dirname`) is told where it would be unbundled, that of `src` as `tsc` would put it: beside
 * it are the files that it reads, the programs that it starts and the packages that it asks for.
 */
const keepPlaces = (out) => ({
  name: 'keep-places',
  setup({ onLoad }) {
    onLoad({ filter: /\.[cm]?[jt]s$/ }, ({ path }) => {
      const code = readFileSync(path, 'utf8');
      const isOwn = path.startsWith(src) && !path.includes(`${sep}node_modules${sep}`);
      const place = isOwn ? join(out, relative(src, path).replace(/\.ts$/, '.js')) : path;
      const at = `__at(${JSON.stringify(relative(join(out, BUNDLE), place))})`;
      const placed = code.replace(/\bimport\.meta\.(url|filename|dirname)\b/g, `${at}.$1`);
      const missing = ['filename', 'dirname'].filter(
        (name) =>
          new RegExp(`\\b__${name}\\b`).test(code) && !new RegExp(`(const|let|var) __${name}\\b`).test(code),
      );
      if (placed === code && missing.length === 0) return undefined;
      const told = missing.map((name) => `var __${name} = ${at}.${name}; `).join('');
      return { contents: told + placed, loader: extname(path) === '.ts' ? 'ts' : 'js' };
    });
  },
});

const AT = `${REQUIRE} import { fileURLToPath as __toPath } from 'node:url'; import { dirname as __toDirname } from 'node:path';
const __at = (path) => { const { href: url } = new URL(path, import.meta.url); const filename = __toPath(url); return { url, filename, dirname: __toDirname(filename) }; };`;

/**
 * Bundles our programs with their dependencies. From 2100 files a host process was ready after 2.2 s, 2.8 s of CPU, at 114 MB (PSS);
 * bundled after 0.8 s, 0.9 s of CPU, at 78 MB (two cores, Node 20). Names stay as they are written; with
 * `NODE_OPTIONS=--enable-source-maps` errors name the lines of `src`.
 *
 * @param out - folder, absolute.
 */
export async function bundlePrograms(out) {
  rmSync(join(out, BUNDLE), { recursive: true, force: true });
  await build({
    ...COMMON,
    entryPoints: PROGRAMS.map((program) => ({
      in: join(src, `${program}.ts`),
      out: program.replace('/', '-'),
    })),
    outdir: join(out, BUNDLE),
    splitting: true,
    minifyWhitespace: true,
    minifySyntax: true,
    // Node prints the line of an error that nobody catches.
    lineLimit: 160,
    sourcemap: 'linked',
    sourcesContent: false,
    external: [...PACKAGES, ...NEEDLESS],
    plugins: [lazySharp, embedWasm, keepPlaces(out)],
    banner: { js: AT },
  });
  for (const program of PROGRAMS) {
    const [file, depth] = [join(out, `${program}.js`), program.split('/').length - 1];
    mkdirSync(dirname(file), { recursive: true });
    const code = `${depth ? '../'.repeat(depth) : './'}${BUNDLE}/${program.replace('/', '-')}.js`;
    writeFileSync(file, `#!/usr/bin/env node\nimport '${code}';\n`, { mode: 0o755 });
  }
}
