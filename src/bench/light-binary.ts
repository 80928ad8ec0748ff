import { createHash } from 'node:crypto';
import { access, constants, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processSources } from '../config/load.ts';
import { startChild } from '../dev/child.ts';
import { cacheDir } from '../dev/livekit-binary.ts';
import { timed } from '../dev/timed.ts';
import { AppError } from '../errors.ts';

const SOURCE = fileURLToPath(new URL('light-caller', import.meta.url));

/**
 * The program of the light callers: the cached one of these sources, or built from them and the pinned modules (a
 * minute, once).
 *
 * @param onProgress - hears about the build, about once a second.
 * @throws AppError when it cannot be built.
 */
export async function findLightCaller(onProgress: (text: string) => void): Promise<string> {
  const target = join(cacheDir(), 'bin', `light-caller-${await versionOf(SOURCE)}`);
  const isThere = await access(target, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isThere) await timed('Building the light callers with Go, once', onProgress, () => build(target));
  return target;
}

/** Changes with any of the sources. */
async function versionOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).sort()) hash.update(await readFile(join(folder, name)));
  return hash.digest('hex').slice(0, 12);
}

/** Into a folder of its own, then renamed: of two builds at once, each leaves a whole file. */
async function build(target: string): Promise<void> {
  const { env } = processSources();
  await mkdir(dirname(target), { recursive: true });
  const dir = await mkdtemp(join(dirname(target), 'build-'));
  try {
    const built = join(dir, 'light-caller');
    const { code, lastLines } = await startChild({
      command: 'go',
      args: ['build', '-trimpath', '-ldflags', '-s -w', '-o', built, '.'],
      env: { ...env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' },
      cwd: SOURCE,
    }).exited;
    if (code !== 0)
      throw new AppError(`Go could not build the light callers: ${lastLines.slice(-3).join(' | ')}`, {
        hint: 'install Go ≥ 1.26 (https://go.dev/dl)',
      });
    await rename(built, target);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
