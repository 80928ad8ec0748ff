import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { processSources } from '../config/load.ts';
import { AppError } from '../errors.ts';
import { startChild } from './child.ts';
import { cacheDir, type FindOptions } from './livekit-binary.ts';
import { timed } from './timed.ts';

/** The one that tests run against; also the image's tag. */
export const SIP_VERSION = 'v1.8.0';
const COMMAND = 'github.com/livekit/sip/cmd/livekit-sip';
/** With checksums of all that it is made of. */
const MODULE_DIR = join(import.meta.dirname, 'gomod/livekit-sip');
const LIBRARIES = 'apt-get install -y gcc pkg-config libopus-dev libopusfile-dev libsoxr-dev';
const ANSWER_WITHIN_MS = 10_000;

/**
 * The first that works of: `livekit-sip` on the PATH, the cached build, a build from the pinned Go module (a minute or
 * two, once; a C compiler and three libraries are needed).
 *
 * @throws AppError that says why there is none, and how to get one.
 */
export async function findSipBinary(options: FindOptions = {}): Promise<string> {
  const { env = processSources().env, onProgress = () => {} } = options;
  const path = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const cached = join(cacheDir(env), 'bin', `livekit-sip-${SIP_VERSION}`);
  for (const place of [...path.map((dir) => join(dir, 'livekit-sip')), cached])
    if (await runs(place)) return place;
  const failure = await build(cached, env, onProgress);
  if (failure === undefined && (await runs(cached))) return cached;
  throw new AppError(
    `No livekit-sip: none on the PATH, none cached, and ${failure ?? 'the one just built does not run'}.`,
    { hint: `install Go (https://go.dev/dl), and on Debian: ${LIBRARIES}` },
  );
}

async function runs(command: string): Promise<boolean> {
  try {
    await access(command, constants.X_OK);
    await promisify(execFile)(command, ['--version'], { timeout: ANSWER_WITHIN_MS });
    return true;
  } catch {
    return false;
  }
}

/**
 * Into a folder of its own, then renamed: of two builds at once, each leaves a whole file.
 *
 * @returns why it could not be built, if so.
 */
async function build(
  target: string,
  env: NonNullable<FindOptions['env']>,
  onProgress: (text: string) => void,
): Promise<string | undefined> {
  await mkdir(dirname(target), { recursive: true });
  const dir = await mkdtemp(join(dirname(target), 'build-'));
  try {
    const built = join(dir, 'livekit-sip');
    const version = `-X github.com/livekit/sip/version.Version=${SIP_VERSION.slice(1)}`;
    const args = ['build', '-trimpath', '-ldflags', `-s -w ${version}`, '-o', built, COMMAND];
    const childEnv = { ...env, CGO_ENABLED: '1', GOFLAGS: '-mod=readonly -buildvcs=false' };
    const go = { command: 'go', args, env: childEnv, cwd: MODULE_DIR };
    const { code, lastLines } = await timed(
      `Building livekit-sip ${SIP_VERSION} with Go, once`,
      onProgress,
      () => startChild(go).exited,
    );
    if (code !== 0) return `Go could not build it (${lastLines.slice(-3).join(' | ')})`;
    await rename(built, target);
    return undefined;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
