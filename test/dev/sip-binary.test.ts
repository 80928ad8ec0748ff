import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { findSipBinary, SIP_VERSION } from '../../src/dev/sip-binary.ts';
import { AppError } from '../../src/errors.ts';
import { useProgramFolder } from '../helpers/programs.ts';

const SERVICE = '#!/bin/sh\necho "SIP version 1.8.0"\n';
// Stands for Go: writes what follows -o, and tells what it was asked.
const GO = `#!/bin/sh
echo "$PWD $CGO_ENABLED $GOFLAGS $*" >> "$XDG_CACHE_HOME/asked"
while [ "$1" != -o ]; do shift; done
{ echo '#!/bin/sh'; echo 'echo SIP version 1.8.0'; } > "$2"
/bin/chmod +x "$2"
`;
const CACHED = `livekit-sip-${SIP_VERSION}`;

const folder = useProgramFolder();
const cacheBin = 'cache/livekit-voice-agent/bin';
const find = (onProgress = (_text: string) => {}) =>
  findSipBinary({
    env: { PATH: join(folder.root, 'path'), XDG_CACHE_HOME: join(folder.root, 'cache') },
    onProgress,
  });

test('the one on the PATH comes first, the cached one is next, and one that does not run is none', async () => {
  const cached = folder.program(cacheBin, CACHED, SERVICE);
  expect(await find()).toBe(cached);
  folder.program('path', 'livekit-sip', '#!/bin/sh\nexit 1\n');
  expect(await find()).toBe(cached);
  const onPath = folder.program('path', 'livekit-sip', SERVICE);
  expect(await find()).toBe(onPath);
});

test('without either, the pinned module is built with its C parts, told about, and cached', async () => {
  folder.program('path', 'go', GO);
  const progress: string[] = [];
  const built = await find((text) => progress.push(text));
  expect(built).toBe(join(folder.root, cacheBin, CACHED));
  expect(progress[0]).toMatch(/^Building livekit-sip v1\.8\.0 with Go, once … 0 s$/);
  expect(readFileSync(join(folder.root, 'cache/asked'), 'utf8')).toMatch(
    /dev\/gomod\/livekit-sip 1 -mod=readonly .* github\.com\/livekit\/sip\/cmd\/livekit-sip\n$/,
  );
  expect(readdirSync(join(folder.root, cacheBin))).toEqual([CACHED]);
});

test('without Go, the error says what is missing and how to get it', async () => {
  const failure = await find().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AppError);
  expect(failure).toMatchObject({
    message: expect.stringMatching(
      /^No livekit-sip: none on the PATH, none cached, and Go could not build it/,
    ),
    hint: expect.stringContaining(
      'apt-get install -y gcc pkg-config libopus-dev libopusfile-dev libsoxr-dev',
    ),
  });
});

test('module, chart and program name one version', () => {
  const module = readFileSync('src/dev/gomod/livekit-sip/go.mod', 'utf8');
  expect(module).toContain(`require github.com/livekit/sip ${SIP_VERSION}\n`);
  const { images } = parse(readFileSync('helm/values.yaml', 'utf8'));
  expect(images.sip).toMatch(new RegExp(`:${SIP_VERSION}$`));
});
