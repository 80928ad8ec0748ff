import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findLiveKitBinary, LIVEKIT_VERSION } from '../../src/dev/livekit-binary.ts';
import { AppError } from '../../src/errors.ts';
import { useProgramFolder } from '../helpers/programs.ts';

// Stands for a livekit-server: says its version, as the real one does.
const SERVER = '#!/bin/sh\necho "livekit-server version 1.13.3"\n';
// Stands for Go: writes what it was told to install, as `go install` does with GOBIN.
const GO = `#!/bin/sh
echo "$CGO_ENABLED $1 $2" > "$GOBIN/../asked"
{ echo '#!/bin/sh'; echo 'echo livekit-server version 1.13.3'; } > "$GOBIN/server"
/bin/chmod +x "$GOBIN/server"
`;
const CACHED = `livekit-server-${LIVEKIT_VERSION}`;

const folder = useProgramFolder();
const cacheBin = 'cache/livekit-voice-agent/bin';
const find = (onProgress = (_text: string) => {}) =>
  findLiveKitBinary({
    env: { PATH: join(folder.root, 'path'), XDG_CACHE_HOME: join(folder.root, 'cache') },
    onProgress,
  });

test('the one on the PATH comes first', async () => {
  const command = folder.program('path', 'livekit-server', SERVER);
  folder.program(cacheBin, CACHED, SERVER);
  expect(await find()).toEqual({ command, args: [], origin: 'PATH', version: '1.13.3' });
});

test('the cached one is next, and Go is not asked', async () => {
  folder.program('path', 'go', '#!/bin/sh\nexit 1\n');
  const command = folder.program(cacheBin, CACHED, SERVER);
  expect(await find()).toMatchObject({ command, origin: 'cache' });
});

test('without either, the pinned module is built, and then cached', async () => {
  folder.program('path', 'go', GO);
  const progress: string[] = [];
  expect(await find((text) => progress.push(text))).toMatchObject({ origin: 'built', version: '1.13.3' });
  expect(progress[0]).toMatch(/^Building livekit-server v1\.13\.3 with Go, once … 0 s$/);
  expect(await find()).toMatchObject({ origin: 'cache' });
  expect(readdirSync(join(folder.root, cacheBin)).sort()).toEqual(['asked', CACHED].sort());
});

test('two builds at once leave one whole binary', async () => {
  folder.program('path', 'go', GO);
  const [first, second] = await Promise.all([find(), find()]);
  expect(first.command).toBe(second.command);
  expect(await find()).toMatchObject({ origin: 'cache' });
});

test('a cached one that does not run is built anew', async () => {
  folder.program('path', 'go', GO);
  folder.program(cacheBin, CACHED, 'half a downlo');
  expect(await find()).toMatchObject({ origin: 'built' });
});

test('a Docker engine serves where Go fails, with the secret in no argument', async () => {
  folder.program('path', 'go', '#!/bin/sh\nexit 1\n');
  folder.program('path', 'docker', '#!/bin/sh\necho 28.0.0\n');
  const { command, args, origin } = await find();
  expect(origin).toBe('docker');
  expect(command).toBe(join(folder.root, 'path/docker'));
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
  folder.program('path', 'docker', '#!/bin/sh\ncase "$1" in image) exit 1;; pull) [ -e "$0.ok" ];; esac\n');
  await expect(find()).rejects.toThrow(/none from Docker/);
  folder.program('path', 'docker.ok', '');
  expect(await find((text) => pulled.push(text))).toMatchObject({ origin: 'docker' });
  expect(pulled).toEqual([`Pulling livekit/livekit-server:${LIVEKIT_VERSION} … 0 s`]);
});

test('a Docker client without its engine does not count', async () => {
  folder.program('path', 'docker', '#!/bin/sh\nexit 1\n');
  await expect(find()).rejects.toThrow(/none from Docker, and no Go to build it/);
});

test('when nothing helps, the error says why Go failed and what to do', async () => {
  folder.program('path', 'go', '#!/bin/sh\necho "module lookup disabled" >&2\nexit 1\n');
  const error = await find().catch((thrown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  expect(error.message).toContain('Go could not build it (module lookup disabled)');
  expect(error.hint).toContain('LIVEKIT_URL');
});
