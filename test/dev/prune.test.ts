import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

// Plain JavaScript without types; the name is not literal, so that the compiler does not ask for them.
const module = '../../src/dev/prune.mjs';
const { pruneForeignBinaries } = await import(module);

const LINUX = { platform: 'linux', arch: 'x64' };
let modules: string;
beforeEach(() => {
  modules = mkdtempSync(join(tmpdir(), 'prune-'));
});
afterEach(() => {
  rmSync(modules, { recursive: true });
});

function binary(...path: string[]) {
  const dir = join(modules, 'onnxruntime-node', 'bin', ...path);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'onnxruntime_binding.node'), '');
}
const left = () =>
  readdirSync(join(modules, 'onnxruntime-node'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.node'))
    .sort();

test('only the runtime of this machine is left', () => {
  for (const [os, cpu] of [
    ['linux', 'x64'],
    ['linux', 'arm64'],
    ['darwin', 'arm64'],
    ['win32', 'x64'],
  ] as const)
    binary('napi-v6', os, cpu);
  expect(pruneForeignBinaries(modules, LINUX)).toHaveLength(3);
  expect(left()).toEqual(['bin/napi-v6/linux/x64/onnxruntime_binding.node']);
  expect(pruneForeignBinaries(modules, LINUX)).toEqual([]);
});

test("where this machine's own is not found, nothing is touched", () => {
  binary('napi-v6', 'darwin', 'arm64');
  binary('x64-linux');
  expect(pruneForeignBinaries(modules, LINUX)).toEqual([]);
  expect(left()).toHaveLength(2);
});

test('without the package there is nothing to do', () => {
  expect(pruneForeignBinaries(modules, LINUX)).toEqual([]);
});
