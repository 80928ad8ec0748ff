import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findLiveKitBinary, LIVEKIT_VERSION } from '../../src/dev/livekit-binary.ts';
import { AppError } from '../../src/errors.ts';

// Stands for a livekit-server: says its version, as the real one does.
const SERVER = '#!/bin/sh\necho "livekit-server version 1.13.3"\n';
// Stands for Go: writes what it was told to install, as `go install` does with GOBIN.
const GO = `#!/bin/sh
echo "$CGO_ENABLED $1 $2" > "$GOBIN/../asked"
{ echo '#!/bin/sh'; echo 'echo livekit-server version 1.13.3'; } > "$GOBIN/server"
/bin/chmod +x "$GOBIN/server"
`;
const CACHED = `livekit-server-${LIVEKIT_VERSION}`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'livekit-binary-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function program(folder: string, name: string, text: string): string {
  const dir = join(root, folder);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, name), text, { mode: 0o755 });
  return join(dir, name);
}
const cacheBin = 'cache/livekit-voice-agent/bin';
const find = (onProgress = (_text: string) => {}) =>
  findLiveKitBinary({ env: { PATH: join(root, 'path'), XDG_CACHE_HOME: join(root, 'cache') }, onProgress });

test('the one on the PATH comes first', async () => {
  const command = program('path', 'livekit-server', SERVER);
  program(cacheBin, CACHED, SERVER);
  expect(await find()).toEqual({ command, args: [], origin: 'PATH', version: '1.13.3' });
});

test('the cached one is next, and Go is not asked', async () => {
  program('path', 'go', '#!/bin/sh\nexit 1\n');
  const command = program(cacheBin, CACHED, SERVER);
  expect(await find()).toMatchObject({ command, origin: 'cache' });
});

test('without either, the pinned module is built, and then cached', async () => {
  program('path', 'go', GO);
  const progress: string[] = [];
  expect(await find((text) => progress.push(text))).toMatchObject({ origin: 'built', version: '1.13.3' });
  expect(progress[0]).toMatch(/^Building livekit-server v1\.13\.3 with Go, once … 0 s$/);
  expect(await find()).toMatchObject({ origin: 'cache' });
  expect(readdirSync(join(root, cacheBin)).sort()).toEqual(['asked', CACHED].sort());
});

test('two builds at once leave one whole binary', async () => {
  program('path', 'go', GO);
  const [first, second] = await Promise.all([find(), find()]);
  expect(first.command).toBe(second.command);
  expect(await find()).toMatchObject({ origin: 'cache' });
});

test('a cached one that does not run is built anew', async () => {
  program('path', 'go', GO);
  program(cacheBin, CACHED, 'half a downlo');
  expect(await find()).toMatchObject({ origin: 'built' });
});

test('a Docker engine serves where Go fails, with the secret in no argument', async () => {
  program('path', 'go', '#!/bin/sh\nexit 1\n');
  program('path', 'docker', '#!/bin/sh\necho 28.0.0\n');
  const { command, args, origin } = await find();
  expect(origin).toBe('docker');
  expect(command).toBe(join(root, 'path/docker'));
  expect(args).toEqual([
    'run',
    '--rm',
    '--network',
    'host',
    '--env',
    'LIVEKIT_CONFIG',
    `livekit/livekit-server:${LIVEKIT_VERSION}`,
  ]);
});

test('an image that is not there yet is pulled, and a failed pull is no livekit-server', async () => {
  const pulled: string[] = [];
  program('path', 'docker', '#!/bin/sh\ncase "$1" in image) exit 1;; pull) [ -e "$0.ok" ];; esac\n');
  await expect(find()).rejects.toThrow(/none from Docker/);
  program('path', 'docker.ok', '');
  expect(await find((text) => pulled.push(text))).toMatchObject({ origin: 'docker' });
  expect(pulled).toEqual([`Pulling livekit/livekit-server:${LIVEKIT_VERSION} … 0 s`]);
});

test('a Docker client without its engine does not count', async () => {
  program('path', 'docker', '#!/bin/sh\nexit 1\n');
  await expect(find()).rejects.toThrow(/none from Docker, and no Go to build it/);
});

test('when nothing helps, the error says why Go failed and what to do', async () => {
  program('path', 'go', '#!/bin/sh\necho "module lookup disabled" >&2\nexit 1\n');
  const error = await find().catch((thrown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  expect(error.message).toContain('Go could not build it (module lookup disabled)');
  expect(error.hint).toContain('LIVEKIT_URL');
});
