import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir } from '../src/dev/livekit-binary.ts';
import { AppError } from '../src/errors.ts';
import { buildOnce } from './tool-build.ts';

/** A program that tests run, built from a pinned module with checksums: test/gomod/<module>/go.mod. */
interface Tool {
  version: string;
  /** Package that is its command. */
  command: string;
  /** Where several commands are of one module; default: the tool's name. */
  module?: string;
  /** Ends well, and prints its version if it can. */
  versionArgs: readonly string[];
  /** Versions on the PATH that serve as well; default: none. */
  accepts?: RegExp;
  ldflags?: string;
}

const moduleFolder = (name: string): string => join(import.meta.dirname, 'gomod', name);

/** A version of what is our own source: any change of it is another program. */
function ownVersion(module: string): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(moduleFolder(module)).sort())
    hash.update(readFileSync(join(moduleFolder(module), file)));
  return hash.digest('hex').slice(0, 12);
}

const HELM = 'helm.sh/helm/v3';
const KUBERNETES_VERSION = 'v1.36.3';

const variables = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => `-X ${name}=${value}`)
    .join(' ');

/** Without its version Kubernetes calls itself 0.0.0, which Helm and kubectl refuse to work with. */
const kubernetes = (name: string, versionArgs: readonly string[]) => ({
  version: KUBERNETES_VERSION,
  command: `k8s.io/kubernetes/cmd/${name}`,
  module: 'kube',
  versionArgs,
  accepts: /v1\.36\./,
  ldflags: variables({
    'k8s.io/component-base/version.gitVersion': KUBERNETES_VERSION,
    'k8s.io/client-go/pkg/version.gitVersion': KUBERNETES_VERSION,
    'k8s.io/component-base/version.gitMajor': '1',
    'k8s.io/component-base/version.gitMinor': '36',
  }),
});

const TOOLS = {
  helm: {
    version: 'v3.22.0',
    command: `${HELM}/cmd/helm`,
    versionArgs: ['version', '--template', '{{.Version}}'],
    accepts: /^v3\.(1[7-9]|[2-9]\d)\./,
    // As its Makefile sets them: without, it takes every cluster for Kubernetes 1.20.
    ldflags: variables({
      [`${HELM}/internal/version.version`]: 'v3.22.0',
      [`${HELM}/pkg/lint/rules.k8sVersionMajor`]: '1',
      [`${HELM}/pkg/lint/rules.k8sVersionMinor`]: '37',
      [`${HELM}/pkg/chartutil.k8sVersionMajor`]: '1',
      [`${HELM}/pkg/chartutil.k8sVersionMinor`]: '37',
    }),
  },
  kubeconform: {
    version: 'v0.8.0',
    command: 'github.com/yannh/kubeconform/cmd/kubeconform',
    versionArgs: ['-v'],
    accepts: /^v0\.[78]\./,
    ldflags: variables({ 'main.version': 'v0.8.0' }),
  },
  'kube-apiserver': kubernetes('kube-apiserver', ['--version']),
  'kube-controller-manager': kubernetes('kube-controller-manager', ['--version']),
  kubectl: kubernetes('kubectl', ['version', '--client']),
  etcd: {
    version: 'v3.6.8',
    command: 'go.etcd.io/etcd/server/v3',
    module: 'kube',
    versionArgs: ['--version'],
    accepts: /^etcd Version: 3\.6\./,
  },
  // The newest whose module the public proxy serves; it works with STUNner 1.2's definitions and data plane.
  'stunner-gateway-operator': {
    version: 'v0.18.0',
    command: 'github.com/l7mp/stunner-gateway-operator',
    versionArgs: ['--help'],
  },
  stunnerd: {
    version: 'v1.2.1',
    command: 'github.com/l7mp/stunner/cmd/stunnerd',
    versionArgs: ['--help'],
  },
  'envoy-gateway': {
    version: 'v1.9.1',
    command: 'github.com/envoyproxy/gateway/cmd/envoy-gateway',
    versionArgs: ['version'],
  },
  /** A telephone of our own for tests: test/gomod/sip-phone/main.go. */
  'sip-phone': { version: ownVersion('sip-phone'), command: '.', versionArgs: ['-version'] },
  jaeger: {
    version: 'v1.76.0',
    command: 'github.com/jaegertracing/jaeger/cmd/all-in-one',
    versionArgs: ['version'],
  },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;

/** What the chart's rendered tests run. */
export const CHART_TOOLS: readonly ToolName[] = ['helm', 'kubeconform'];

/** What the cluster under test is made of. */
export const CLUSTER_TOOLS: readonly ToolName[] = [
  'helm',
  'kubectl',
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'stunner-gateway-operator',
  'stunnerd',
  'envoy-gateway',
];

export interface ToolOptions {
  env?: NodeJS.ProcessEnv;
  /** Hears about a build, about once a second. */
  onProgress?: (text: string) => void;
}

/**
 * The first that works of: the tool on the PATH in a version that serves, the cached build, a build from the pinned Go
 * module (the largest: five minutes, once).
 *
 * @throws AppError that says why there is none, and how to get one.
 */
export async function toolPath(name: ToolName, options: ToolOptions = {}): Promise<string> {
  const { env = process.env, onProgress = () => {} } = options;
  const tool: Tool = TOOLS[name];
  const onPath = await findOnPath(name, env);
  if (onPath && tool.accepts?.test((await versionOf(onPath, tool)) ?? '')) return onPath;
  const cached = join(cacheDir(env), 'bin', `${name}-${tool.version}`);
  if ((await versionOf(cached, tool)) !== undefined) return cached;
  const failure = await build(name, cached, env, onProgress);
  if (failure === undefined && (await versionOf(cached, tool)) !== undefined) return cached;
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

/** @returns why it could not be built, if so. */
async function build(
  name: ToolName,
  target: string,
  env: NodeJS.ProcessEnv,
  onProgress: (text: string) => void,
): Promise<string | undefined> {
  const tool: Tool = TOOLS[name];
  const go = await findOnPath('go', env);
  if (!go) return 'no Go to build it';
  const label = `${name} ${tool.version}`;
  const moduleDir = moduleFolder(tool.module ?? name);
  return buildOnce({
    go,
    label,
    moduleDir,
    command: tool.command,
    ldflags: tool.ldflags,
    target,
    env,
    onProgress,
  });
}
