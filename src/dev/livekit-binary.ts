import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { processSources } from '../config/load.ts';
import { AppError } from '../errors.ts';
import { startChild } from './child.ts';
import { timed } from './timed.ts';

/** The one that tests run against; also the image's tag. */
export const LIVEKIT_VERSION = 'v1.13.3';
const GO_MODULE = 'github.com/livekit/livekit-server/cmd/server';
const ANSWER_WITHIN_MS = 10_000;
const DOCKER_IMAGE = `livekit/livekit-server:${LIVEKIT_VERSION}`;

type Environment = Readonly<Record<string, string | undefined>>;

/** How to run livekit-server on this machine. */
export interface LiveKitBinary {
  command: string;
  /** Come before livekit-server's own arguments. */
  args: readonly string[];
  origin: 'PATH' | 'cache' | 'built' | 'docker';
  /** What it calls itself, such as `1.13.3`. */
  version: string;
}

export interface FindOptions {
  env?: Environment;
  /** Hears about a long step, about once a second: `building livekit-server v1.13.3 … 12 s`. */
  onProgress?: (text: string) => void;
}

/** Where this project keeps what it built and logged: `$XDG_CACHE_HOME/livekit-voice-agent`. */
export const cacheDir = (env: Environment = processSources().env): string =>
  join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'livekit-voice-agent');

/**
 * The first that works of: `livekit-server` on the PATH, the cached build, a build from the pinned Go module (a minute
 * or two, once), Docker.
 *
 * @throws AppError that says why each failed and how to get one.
 */
export async function findLiveKitBinary(options: FindOptions = {}): Promise<LiveKitBinary> {
  const { env = processSources().env, onProgress = () => {} } = options;
  const cached = join(cacheDir(env), 'bin', `livekit-server-${LIVEKIT_VERSION}`);
  const onPath = await runnable(await findOnPath('livekit-server', env), 'PATH');
  const found = onPath ?? (await runnable(cached, 'cache'));
  if (found) return found;
  const failure = await build(cached, env, onProgress);
  const built = failure === undefined ? await runnable(cached, 'built') : undefined;
  if (built) return built;
  const image = await fromDocker(env, onProgress);
  if (image) return image;
  throw new AppError(
    `No livekit-server: none on the PATH, none cached, none from Docker, and ${failure ?? 'the one just built does not run'}.`,
    {
      hint: `install Go (https://go.dev/dl) or Docker, or put livekit-server ${LIVEKIT_VERSION} on the PATH, or set LIVEKIT_URL`,
    },
  );
}

async function findOnPath(name: string, env: Environment): Promise<string | undefined> {
  for (const dir of (env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const path = join(dir, name);
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  return undefined;
}

/** `undefined` when it is missing, broken, or built for another machine. */
async function runnable(
  command: string | undefined,
  origin: LiveKitBinary['origin'],
): Promise<LiveKitBinary | undefined> {
  if (command === undefined) return undefined;
  try {
    const { stdout } = await promisify(execFile)(command, ['--version'], { timeout: ANSWER_WITHIN_MS });
    return { command, args: [], origin, version: stdout.trim().split(' ').at(-1) ?? '' };
  } catch {
    return undefined;
  }
}

/**
 * Into a folder of its own, then renamed: of two builds at once, each leaves a whole file. CGO is off because
 * livekit-server needs none and a C compiler may be missing.
 *
 * @returns why it could not be built, if so.
 */
async function build(
  target: string,
  env: Environment,
  onProgress: (text: string) => void,
): Promise<string | undefined> {
  const go = await findOnPath('go', env);
  if (!go) return 'no Go to build it';
  await mkdir(dirname(target), { recursive: true });
  const dir = await mkdtemp(join(dirname(target), 'build-'));
  try {
    const args = ['install', `${GO_MODULE}@${LIVEKIT_VERSION}`];
    const childEnv = { ...env, CGO_ENABLED: '0', GOBIN: dir };
    const { code, lastLines } = await timed(
      `Building livekit-server ${LIVEKIT_VERSION} with Go, once`,
      onProgress,
      () => {
        return startChild({ command: go, args, env: childEnv, cwd: dir }).exited;
      },
    );
    if (code !== 0) return `Go could not build it (${lastLines.slice(-3).join(' | ')})`;
    await rename(join(dir, 'server'), target);
    return undefined;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/**
 * The image under a Docker engine that answers, fetched beforehand because that may take minutes. `LIVEKIT_CONFIG`
 * travels by name, so that the secret is in no process list.
 */
async function fromDocker(
  env: Environment,
  onProgress: (text: string) => void,
): Promise<LiveKitBinary | undefined> {
  const docker = await findOnPath('docker', env);
  if (!docker) return undefined;
  const succeeds = async (...args: string[]) =>
    (await startChild({ command: docker, args, env }).exited).code === 0;
  if (!(await succeeds('version', '--format', '{{.Server.Version}}'))) return undefined;
  const ready =
    (await succeeds('image', 'inspect', DOCKER_IMAGE)) ||
    (await timed(`Pulling ${DOCKER_IMAGE}`, onProgress, () => succeeds('pull', '--quiet', DOCKER_IMAGE)));
  if (!ready) return undefined;
  const args = ['run', '--rm', '--network', 'host', '--env', 'LIVEKIT_CONFIG', DOCKER_IMAGE];
  return { command: docker, args, origin: 'docker', version: LIVEKIT_VERSION.slice(1) };
}
