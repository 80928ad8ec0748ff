import { expect, test } from 'vitest';

// Plain JavaScript without types: it runs before TypeScript is installed. The name is not literal, so that the
// compiler does not ask for them.
const module = '../../src/dev/install-plan.mjs';
const { BENCH_TOOLS, installByHand, isInstalled, missingTools, nodeProblem, TEST_TOOLS } = await import(
  module
);

const LINUX = { platform: 'linux', arch: 'x64' };
const lock = {
  packages: {
    '': { name: 'app' },
    'node_modules/zod': { version: '4.0.0' },
    'node_modules/vitest': { version: '4.1.0', dev: true },
    'node_modules/@esbuild/linux-x64': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'] },
    'node_modules/@esbuild/darwin-arm64': {
      version: '1.0.0',
      optional: true,
      os: ['darwin'],
      cpu: ['arm64'],
    },
  },
};
const { '': _root, 'node_modules/@esbuild/darwin-arm64': _mac, ...onLinux } = lock.packages;
const record = (changes: object = {}) => ({ packages: { ...onLinux, ...changes } });

test('Node 20.19 is the oldest, and an older one is told what to do', () => {
  expect(nodeProblem('20.19.0')).toBeUndefined();
  expect(nodeProblem('22.0.0')).toBeUndefined();
  expect(nodeProblem('20.18.3')).toMatch(/Node 20\.18\.3 is too old: .*20\.19/);
  expect(nodeProblem('18.20.0')).toBeDefined();
});

test("npm's record of the same packages means that nothing is to do", () => {
  expect(isInstalled(lock, record(), LINUX)).toBe(true);
});

test('no record, an older version or a missing package means to install', () => {
  expect(isInstalled(lock, undefined, LINUX)).toBe(false);
  expect(isInstalled(lock, record({ 'node_modules/zod': { version: '3.9.9' } }), LINUX)).toBe(false);
  const { 'node_modules/vitest': _dev, ...production } = record().packages;
  expect(isInstalled(lock, { packages: production }, LINUX)).toBe(false);
});

test('an optional package of the wrong version means to install too', () => {
  const stale = { 'node_modules/@esbuild/linux-x64': { version: '0.9.0', os: ['linux'], cpu: ['x64'] } };
  expect(isInstalled(lock, record(stale), LINUX)).toBe(false);
});

test("another platform's packages mean to install, packages for many platforms do not", () => {
  expect(isInstalled(lock, record(), { platform: 'darwin', arch: 'arm64' })).toBe(false);
  const many = {
    'node_modules/onnx': { version: '1.0.0', os: ['win32', 'linux'] },
    'node_modules/x': { os: ['!aix'] },
  };
  expect(isInstalled(lock, record(many), LINUX)).toBe(true);
});

test('any browser of the family will do', () => {
  const has = (command: string) =>
    [
      ...['google-chrome', 'espeak-ng', 'ip', 'turnserver', 'openssl', 'flite', 'nginx'],
      'redis-server',
      'promtool',
    ].includes(command);
  expect(missingTools(has)).toEqual([]);
});

test('what is missing is asked for by its package', () => {
  const missing = missingTools((command: string) => command === 'espeak-ng');
  expect(missing.map((tool: { package: string }) => tool.package)).toEqual([
    'chromium',
    'iproute2',
    'coturn',
    'openssl',
    'flite',
    'nginx-light',
    'redis-server',
    'prometheus',
  ]);
});

test('who may not install is told every package, why, and the command', () => {
  const text = installByHand(TEST_TOOLS);
  for (const tool of TEST_TOOLS) expect(text).toContain(`${tool.package.padEnd(12)} ${tool.why}`);
  expect(text).toContain(
    'sudo apt-get install -y --no-install-recommends chromium espeak-ng iproute2 coturn openssl',
  );
});

test('the bench needs voices, not a browser', () => {
  const missing = missingTools(() => false, BENCH_TOOLS);
  expect(missing.map((tool: { package: string }) => tool.package)).toEqual(['espeak-ng', 'flite']);
});
