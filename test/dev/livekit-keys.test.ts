import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  DEV_LIVEKIT_FILE,
  forgetLiveKit,
  masked,
  randomKeyPair,
  tellOfLiveKit,
  withDevLiveKit,
} from '../../src/dev/livekit-keys.ts';
import { perTest } from '../helpers/per-test.ts';

const dir = perTest(
  () => ({ path: mkdtempSync(join(tmpdir(), 'livekit-keys-')) }),
  ({ path }) => rmSync(path, { recursive: true }),
);
const livekit = { url: 'ws://127.0.0.1:7881', apiKey: 'dev1', apiSecret: 'x'.repeat(43), pid: process.pid };

const filled = (text: string | undefined, open: readonly string[] = ['LIVEKIT_URL']) => {
  const read = (path: string) => (path === DEV_LIVEKIT_FILE ? text : undefined);
  return withDevLiveKit({ env: { LIVEKIT_URL: 'as set' }, read }, new Set(open)).env;
};

test('each run has a pair of its own, which LiveKit and this program take', () => {
  const [one, other] = [randomKeyPair(), randomKeyPair()];
  expect(one.apiSecret).toMatch(/^[\w-]{43}$/);
  expect(one.apiKey).toMatch(/^dev[0-9a-f]{10}$/);
  expect(one.apiKey).not.toBe(other.apiKey);
  expect(one.apiSecret).not.toBe(other.apiSecret);
  expect(masked(one.apiSecret)).toBe(`${one.apiSecret.slice(0, 6)}…`);
});

test('what is told can be read by its user only, and goes with its process', async () => {
  const file = join(dir.path, 'deep', 'livekit.json');
  await tellOfLiveKit(livekit, file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(livekit);
  await forgetLiveKit(process.pid + 1, file);
  expect(existsSync(file)).toBe(true);
  await forgetLiveKit(process.pid, file);
  expect(existsSync(file)).toBe(false);
});

test('a file that others could read is not written into', async () => {
  const file = join(dir.path, 'livekit.json');
  writeFileSync(file, '{}', { mode: 0o644 });
  await tellOfLiveKit(livekit, file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('the LiveKit of a running dev stands in for settings that are open, never for given ones', () => {
  const text = JSON.stringify(livekit);
  expect(filled(text)).toEqual({
    LIVEKIT_URL: livekit.url,
    LIVEKIT_API_KEY: 'dev1',
    LIVEKIT_API_SECRET: livekit.apiSecret,
  });
  expect(filled(text, ['LIVEKIT_API_KEY'])).toEqual({ LIVEKIT_URL: 'as set' });
});

test('nothing is taken from a dev that is gone, or from a broken file', () => {
  const pid = Number(execFileSync(process.execPath, ['-p', 'process.pid']));
  for (const text of [undefined, '', '{', '{}', JSON.stringify({ ...livekit, pid })])
    expect(filled(text)).toEqual({ LIVEKIT_URL: 'as set' });
});
