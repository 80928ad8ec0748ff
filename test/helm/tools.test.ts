import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { useProgramFolder } from '../helpers/programs.ts';
import { toolPath } from '../tools.ts';

const HELM = '#!/bin/sh\necho v3.22.0\n';
// Stands for Go: writes what follows -o, and tells what it was asked.
const GO = `#!/bin/sh
echo "$PWD $CGO_ENABLED $GOFLAGS $*" >> "$XDG_CACHE_HOME/asked"
while [ "$1" != -o ]; do shift; done
{ echo '#!/bin/sh'; echo 'echo v3.22.0'; } > "$2"
/bin/chmod +x "$2"
`;

const folder = useProgramFolder();

const cache = 'cache/livekit-voice-agent/bin';
const helm = (onProgress = (_text: string) => {}) =>
  toolPath('helm', {
    env: { PATH: join(folder.root, 'path'), XDG_CACHE_HOME: join(folder.root, 'cache') },
    onProgress,
  });

test('one on the PATH serves if its version does', async () => {
  const onPath = folder.program('path', 'helm', HELM);
  expect(await helm()).toBe(onPath);
  folder.program('path', 'helm', '#!/bin/sh\necho v4.0.1\n');
  const cached = folder.program(cache, 'helm-v3.22.0', HELM);
  expect(await helm()).toBe(cached);
});

test('without either, the pinned module is built, told about, and cached', async () => {
  folder.program('path', 'go', GO);
  folder.program(`${cache}/tool-build-of-one-that-was-killed`, 'helm-v3.22.0', '');
  const progress: string[] = [];
  const built = await helm((text) => progress.push(text));
  expect(progress[0]).toMatch(/^Building helm v3\.22\.0 with Go, once … 0 s$/);
  expect(await helm()).toBe(built);
  const asked = readFileSync(join(folder.root, 'cache/asked'), 'utf8').trim().split('\n');
  expect(asked).toEqual([
    expect.stringMatching(/gomod\/helm 0 -mod=readonly .* helm\.sh\/helm\/v3\/cmd\/helm$/),
  ]);
  expect(readdirSync(join(folder.root, cache))).toEqual(['helm-v3.22.0']);
});

test('without Go, the error says how to get it', async () => {
  const failure = await helm().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AppError);
  expect(failure).toMatchObject({
    message: 'No helm: none on the PATH, none cached, and no Go to build it.',
    hint: expect.stringContaining('install Go'),
  });
});

test('a build that fails is quoted, and leaves nothing behind', async () => {
  folder.program('path', 'go', '#!/bin/sh\necho no such module >&2\nexit 1\n');
  await expect(helm()).rejects.toThrow('Go could not build it (no such module)');
  expect(readdirSync(join(folder.root, cache))).toEqual([]);
});

test('whoever wants what is being built waits for it; nobody waits for the dead', async () => {
  folder.program('path', 'go', GO);
  folder.program(cache, 'build.lock', '4194305'); // no process has a number this high
  const progress: string[] = [];
  const hear = (text: string) => progress.push(text);
  const [one, other] = await Promise.all([helm(hear), helm(hear)]);
  expect(one).toBe(other);
  expect(progress).toContainEqual(expect.stringMatching(/^Waiting for another build before helm v3/));
  expect(readFileSync(join(folder.root, 'cache/asked'), 'utf8').trim().split('\n')).toHaveLength(1);
  expect(readdirSync(join(folder.root, cache))).toEqual(['helm-v3.22.0']);
});
