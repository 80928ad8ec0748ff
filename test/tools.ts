import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { startChild } from '../src/dev/child.ts';
import { cacheDir } from '../src/dev/livekit-binary.ts';
import { AppError } from '../src/errors.ts';

/** A program that tests run. Its pinned module, with checksums, is test/gomod/<name>/go.mod. */
interface Tool {
  version: string;
  /** Package that is its command. */
  command: string;
  /** Prints its version. */
  versionArgs: readonly string[];
  /** Versions on the PATH that serve as well. */
  accepts: RegExp;
  ldflags?: string;
}

const HELM = 'helm.sh/helm/v3';

const TOOLS = {
  helm: {
    version: 'v3.22.0',
    command: `${HELM}/cmd/helm`,
    versionArgs: ['version', '--template', '{{.Version}}'],
    accepts: /^v3\.(1[7-9]|[2-9]\d)\./,
    // As its Makefile sets them: without, it takes every cluster for Kubernetes 1.20.
    ldflags: [
      `${HELM}/internal/version.version=v3.22.0`,
      ...['lint/rules', 'chartutil'].flatMap((name) => [
        `${HELM}/pkg/${name}.k8sVersionMajor=1`,
        `${HELM}/pkg/${name}.k8sVersionMinor=37`,
      ]),
    ]
      .map((flag) => `-X ${flag}`)
      .join(' '),
  },
  kubeconform: {
    version: 'v0.8.0',
    command: 'github.com/yannh/kubeconform/cmd/kubeconform',
    versionArgs: ['-v'],
    accepts: /^v0\.[78]\./,
    ldflags: '-X main.version=v0.8.0',
  },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;

export const TOOL_NAMES = Object.keys(TOOLS) as ToolName[];

export interface ToolOptions {
  env?: NodeJS.ProcessEnv;
  /** Hears about a build, about once a second. */
  onProgress?: (text: string) => void;
}

/**
 * The first that works of: the tool on the PATH in a version that serves, the cached build, a build from the pinned Go
 * module (a minute or two, once).
 *
 * @throws AppError that says why there is none, and how to get one.
 */
export async function toolPath(name: ToolName, options: ToolOptions = {}): Promise<string> {
  const { env = process.env, onProgress = () => {} } = options;
  const tool: Tool = TOOLS[name];
  const onPath = await findOnPath(name, env);
  if (onPath && tool.accepts.test((await versionOf(onPath, tool)) ?? '')) return onPath;
  const cached = join(cacheDir(env), 'bin', `${name}-${tool.version}`);
  if (await versionOf(cached, tool)) return cached;
  const failure = await build(name, cached, env, onProgress);
  if (failure === undefined && (await versionOf(cached, tool))) return cached;
  throw new AppError(
    `No ${name}: none on the PATH, none cached, and ${failure ?? 'the one just built does not run'}.`,
    {
      hint: `install Go (https://go.dev/dl), or put ${name} ${tool.version} on the PATH`,
    },
  );
}

async function findOnPath(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const dir of (env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const path = join(dir, name);
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

/** `undefined` when it is missing, broken, or built for another machine. */
async function versionOf(path: string, { versionArgs }: Tool): Promise<string | undefined> {
  const options = { timeout: 10_000 };
  return promisify(execFile)(path, [...versionArgs], options).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

/**
 * Into a folder of its own, then renamed: of two builds at once, each leaves a whole file.
 *
 * @returns why it could not be built, if so.
 */
async function build(
  name: ToolName,
  target: string,
  env: NodeJS.ProcessEnv,
  onProgress: (text: string) => void,
): Promise<string | undefined> {
  const tool: Tool = TOOLS[name];
  const go = await findOnPath('go', env);
  if (!go) return 'no Go to build it';
  const bin = join(cacheDir(env), 'bin');
  await mkdir(bin, { recursive: true });
  const dir = await mkdtemp(join(bin, 'build-'));
  const startedMs = performance.now();
  const report = () => {
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    onProgress(`Building ${name} ${tool.version} with Go, once … ${seconds} s`);
  };
  report();
  const timer = setInterval(report, 1000);
  try {
    const built = join(dir, name);
    const child = startChild({
      command: go,
      args: ['build', '-trimpath', '-ldflags', `-s -w ${tool.ldflags ?? ''}`, '-o', built, tool.command],
      env: { ...env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' },
      cwd: join(import.meta.dirname, 'gomod', name),
    });
    const { code, lastLines } = await child.exited;
    if (code !== 0) return `Go could not build it (${lastLines.slice(-3).join(' | ')})`;
    await rename(built, target);
    return undefined;
  } finally {
    clearInterval(timer);
    await rm(dir, { recursive: true, force: true });
  }
}
