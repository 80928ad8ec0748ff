import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { processSources } from '../config/load.ts';
import { AppError } from '../errors.ts';
import { startChild } from './child.ts';

/** The one that tests run against; also the image's tag. */
export const LIVEKIT_VERSION = 'v1.13.3';
const GO_MODULE = 'github.com/livekit/livekit-server/cmd/server';
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
  const onPath = await findOnPath('livekit-server', env);
  const tries: [LiveKitBinary['origin'], () => Promise<string | undefined>][] = [
    ['PATH', async () => onPath],
    ['cache', async () => cached],
    ['built', () => build(cached, env, onProgress)],
  ];
  for (const [origin, locate] of tries) {
    const command = await locate();
    const version = command && (await versionOf(command));
    if (command && version) return { command, args: [], origin, version };
  }
  if (await hasDockerEngine()) return dockerBinary();
  throw new AppError(
    'livekit-server is neither on the PATH nor cached, and neither Go nor Docker could provide it',
    {
      hint: `install Go (https://go.dev/dl), or put livekit-server ${LIVEKIT_VERSION} on the PATH, or set LIVEKIT_URL to a running one`,
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
async function versionOf(command: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(command, ['--version'], { timeout: 10_000 });
    return stdout.trim().split(' ').at(-1);
  } catch {
    return undefined;
  }
}

/**
 * Into a folder of its own, then renamed: of two builds at once, each leaves a whole file. CGO is off because
 * livekit-server needs none and a C compiler may be missing.
 */
async function build(target: string, env: Environment, onProgress: (text: string) => void) {
  const go = await findOnPath('go', env);
  if (!go) return undefined;
  const binDir = join(target, '..');
  await mkdir(binDir, { recursive: true });
  const dir = await mkdtemp(join(binDir, 'build-'));
  const child = startChild({
    command: go,
    args: ['install', `${GO_MODULE}@${LIVEKIT_VERSION}`],
    env: { ...env, CGO_ENABLED: '0', GOBIN: dir },
    cwd: dir,
  });
  const startedMs = performance.now();
  const report = () => {
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    onProgress(`building livekit-server ${LIVEKIT_VERSION} with Go, once … ${seconds} s`);
  };
  report();
  const timer = setInterval(report, 1000);
  const { code, lastLines } = await child.exited;
  clearInterval(timer);
  if (code === 0) await rename(join(dir, 'server'), target);
  else onProgress(`Go could not build livekit-server: ${lastLines.slice(-3).join(' | ')}`);
  await rm(dir, { recursive: true, force: true });
  return code === 0 ? target : undefined;
}

async function hasDockerEngine(): Promise<boolean> {
  const ask = promisify(execFile)('docker', ['version', '--format', '{{.Server.Version}}'], {
    timeout: 10_000,
  });
  return ask.then(
    () => true,
    () => false,
  );
}

/** `LIVEKIT_CONFIG` travels by name, so that the secret is in no process list. */
function dockerBinary(): LiveKitBinary {
  const args = ['run', '--rm', '--network', 'host', '--env', 'LIVEKIT_CONFIG', DOCKER_IMAGE];
  return { command: 'docker', args, origin: 'docker', version: LIVEKIT_VERSION.slice(1) };
}
