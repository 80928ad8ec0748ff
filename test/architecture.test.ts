import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { expect, test } from 'vitest';

/** The import rule, lowest row first: a folder imports only from rows below its own, never sideways. */
const ROWS = [
  ['errors', 'bounds', 'urls'],
  ['config', 'openai', 'stun'],
  ['framework', 'observe', 'persona', 'sip'],
  ['stages', 'probe', 'standin', 'actions', 'phone'],
  ['dispatch', 'call', 'records', 'web', 'doctor', 'dev'],
  ['host'],
  ['bench'],
  ['main', 'cli', 'serve'],
];
const TOP_ROW = ROWS.length - 1;

interface CodeFile {
  /** From the repository's root, such as `src/call/call.ts`. */
  path: string;
  text: string;
  /** The same lines without comments. */
  code: string;
}

function filesUnder(folder: string, extensions: RegExp): CodeFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => extensions.test(path))
    .sort()
    .map((path) => {
      const text = readFileSync(path, 'utf8');
      return { path, text, code: withoutComments(text) };
    });
}

/** A comment begins a line or follows a space or bracket: URLs and globs in strings stay. */
function withoutComments(text: string): string {
  return text
    .replace(/(?<=^|[\s([{,;])\/\*.*?\*\//gms, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/(?<=^|\s)\/\/.*$/gm, '');
}

const source = filesUnder('src', /\.(ts|mjs|js)$/);
const tests = filesUnder('test', /\.ts$/).filter(({ path }) => path !== 'test/architecture.test.ts');

/** `src/call/call.ts` is in `call`, `src/main.ts` in `main`. */
function unitOf(path: string): string {
  const [, first = ''] = path.split('/');
  return basename(first, extname(first));
}

const rowOf = (path: string) => ROWS.findIndex((units) => units.includes(unitOf(path)));

/** Files that a file imports by a relative path: statically, dynamically, or for types only. */
function importsOf({ path, code }: CodeFile): string[] {
  const relative = code.matchAll(/\b(?:from|import)\s*\(?\s*['"](\.[^'"]*)['"]/g);
  return [...relative].map(([, target = '']) => join(dirname(path), target));
}

const imports = new Map(source.map((file) => [file.path, importsOf(file)]));

function faultOf(from: string, to: string): string | undefined {
  if (!to.startsWith('src/')) return 'leaves src';
  if (!imports.has(to)) return 'names no file (write the extension)';
  if (unitOf(from) === unitOf(to) || (rowOf(from) === TOP_ROW && rowOf(to) === TOP_ROW)) return undefined;
  return rowOf(to) < rowOf(from) ? undefined : `is not downward (row ${rowOf(from)} to ${rowOf(to)})`;
}

/** The first cycle on the way down from a file, as its path. */
function cycleFrom(path: string, chain: readonly string[], clean: Set<string>): string[] | undefined {
  if (chain.includes(path)) return [...chain.slice(chain.indexOf(path)), path];
  if (clean.has(path)) return undefined;
  for (const next of imports.get(path) ?? []) {
    const cycle = cycleFrom(next, [...chain, path], clean);
    if (cycle) return cycle;
  }
  clean.add(path);
  return undefined;
}

/** Each line on which a pattern stands, as `path:line: text`. */
function linesWith(pattern: RegExp, files: readonly CodeFile[], part: 'code' | 'text' = 'code'): string[] {
  return files.flatMap((file) =>
    file[part].split('\n').flatMap((line, index) => {
      return pattern.test(line) ? [`${file.path}:${index + 1}: ${line.trim()}`] : [];
    }),
  );
}

const except = (...paths: string[]) => source.filter(({ path }) => !paths.includes(path));

test('the scan sees the code', () => {
  expect(imports.get('src/persona/store.ts')).toContain('src/persona/folder.ts');
  expect(withoutComments('a // b\n/* c\n */ d "http://e" \'f/**/*.ts\'')).toBe(
    'a \n\n d "http://e" \'f/**/*.ts\'',
  );
});

test('every file belongs to a row of the import rule', () => {
  expect(source.map(({ path }) => path).filter((path) => rowOf(path) < 0)).toEqual([]);
});

test('imports lead downward only, never sideways', () => {
  const faults = [...imports].flatMap(([from, targets]) =>
    targets.flatMap((to) => {
      const fault = faultOf(from, to);
      return fault ? [`${from} → ${to} ${fault}`] : [];
    }),
  );
  expect(faults).toEqual([]);
});

test('no file imports itself over others, types included', () => {
  const clean = new Set<string>();
  const cycles = [...imports.keys()].map((path) => cycleFrom(path, [], clean)).filter((cycle) => cycle);
  expect(cycles.map((cycle) => cycle?.join(' → '))).toEqual([]);
});

test('the model clients know nothing of LiveKit', () => {
  const clients = source.filter(({ path }) => ['openai', 'stun'].includes(unitOf(path)));
  expect(linesWith(/['"]@?livekit/, clients)).toEqual([]);
});

test('only src/framework reaches into members that LiveKit’s libraries keep to themselves', () => {
  const others = source.filter(({ path }) => path.endsWith('.ts') && unitOf(path) !== 'framework');
  const faults = linesWith(/\bReflect\.|[\w)\]]\??\._[a-z]|\bSymbol\.for\(|\bas unknown as\b/, others).filter(
    (line) => !NOT_LIVEKIT.some((path) => line.startsWith(path)),
  );
  expect(faults).toEqual([]);
});

test('each reach has a line in the README of src/framework, and a test that fails when the library changes', () => {
  const readme = readFileSync('src/framework/README.md', 'utf8');
  const names = source
    .filter(({ path }) => unitOf(path) === 'framework')
    .map(({ path }) => basename(path, '.ts'));
  expect(names.filter((name) => !readme.includes(`| \`${name}.ts\` |`))).toEqual([]);
  expect(names.filter((name) => !existsSync(`test/framework/${name}.test.ts`))).toEqual([]);
});

/** Their casts and reflections are of other things. */
const NOT_LIVEKIT = ['src/config/describe.ts', 'src/config/load.ts', 'src/standin/flite.ts'];

/** Every file that a file has loaded with it, itself included. */
function loadedWith(path: string, known = new Set<string>()): Set<string> {
  if (!known.has(path))
    for (const next of imports.get(known.add(path) && path) ?? []) loadedWith(next, known);
  return known;
}

test('the worker’s process loads neither LiveKit’s framework nor its native client', () => {
  const loaded = loadedWith('src/serve.ts');
  expect([...loaded]).toContain('src/dispatch/worker.ts');
  const files = source.filter(({ path }) => loaded.has(path));
  expect(
    linesWith(/^(?!.*\bimport type\b).*\bfrom ['"]@livekit\/(agents|rtc-node|local-inference)/, files),
  ).toEqual([]);
});

test('a provider is known in its file and its line of the table alone, its protocol in that of the clients', () => {
  const provider = ['src/config/providers/deepgram.ts', 'src/config/providers/table.ts'];
  const protocol = ['deepgram', 'deepgram-dialect', 'wires'].map((name) => `src/openai/${name}.ts`);
  const others = except(...provider, ...protocol);
  expect(linesWith(/deepgram/i, others)).toEqual([]);
});

test('files are short: 250 lines in src, 300 in test', () => {
  const lengths = [
    ...filesUnder('src', /\.(ts|mjs|js|html|css)$/).map((file) => ({ ...file, most: 250 })),
    ...filesUnder('test', /\.ts$/).map((file) => ({ ...file, most: 300 })),
  ].map(({ path, text, most }) => ({ path, lines: text.trimEnd().split('\n').length, most }));
  expect(lengths.filter(({ lines, most }) => lines > most)).toEqual([]);
});

test('there are no barrels, and no files named for everything', () => {
  expect(linesWith(/^\s*export \*/, source)).toEqual([]);
  const vague = /^(index|utils?|helpers?|common|misc)\.\w+$/;
  expect(source.map(({ path }) => path).filter((path) => vague.test(basename(path)))).toEqual([]);
});

test('only entries of a call, as the framework loads them, are default exports', () => {
  const others = except('src/bench/stock-agent.ts');
  expect(linesWith(/\bexport default\b|\bas default\b/, others)).toEqual([]);
});

test('only the configuration reads the environment', () => {
  const others = except('src/config/environment.ts');
  expect(linesWith(/\bprocess\.env\b|\benv\b.*from 'node:process'/, others)).toEqual([]);
});

test('the compiler is never silenced', () => {
  const typed = [...source, ...tests].filter(({ path }) => path.endsWith('.ts'));
  expect(linesWith(/:\s*any\b|\bas any\b|<any>|\bany\[\]/, typed)).toEqual([]);
  expect(linesWith(/@ts-(ignore|expect-error|nocheck)|biome-ignore/, typed, 'text')).toEqual([]);
});

test('no test is skipped, planned, or run alone', () => {
  expect(linesWith(/\.(skip|only|todo)\b/, tests)).toEqual([]);
});

test('expected failures have a class of src/errors.ts; at most three others are bare', () => {
  const bare = linesWith(/\bthrow new Error\(/, source);
  expect(bare.length > 3 ? bare : []).toEqual([]);
});

test('each unit test stands where the file that it tests stands', () => {
  const homeless = tests
    .map(({ path }) => path)
    // The chart's stand in test/helm: helm/ is no part of src.
    .filter((path) => path.endsWith('.test.ts') && !path.startsWith('test/helm/'))
    .filter((path) => {
      // What only tests need stands beside its test.
      const home = /^test\/(cluster|behaviours|doctor\/(debugging|matrix)|media|patience|real)\//.test(path)
        ? 'test'
        : 'src';
      const twin = path.replace(/^test/, home).replace(/\.test\.ts$/, '');
      return !['.ts', '.mjs', '.js'].some((extension) => existsSync(twin + extension));
    });
  expect(homeless).toEqual([]);
});

test('the code map names every folder', () => {
  const map = readFileSync('src/README.md', 'utf8');
  const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).filter((name) => !map.includes(`\`${name}/\``))).toEqual([]);
});
