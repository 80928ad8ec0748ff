import { join } from 'node:path';
import { AppError } from '../../../src/errors.ts';
import { environmentOf, expand } from './env.ts';
import { commandLine, type FindImage, PATH } from './images.ts';
import type { ReadData } from './objects.ts';
import type { PodVolumes } from './pod-volumes.ts';
import { type ContainerProcess, startProcess, type User } from './process.ts';
import type { Mount } from './root.ts';
import type { Sandbox } from './sandbox.ts';
import type { Container, Pod } from './types.ts';

interface LaunchOptions {
  pod: Pod;
  container: Container;
  findImage: FindImage;
  read: ReadData;
  field(path: string): string;
  sandbox: Sandbox;
  volumes: PodVolumes;
  /** Mounts that all containers of the pod share. */
  etc: readonly Mount[];
  /** The pod's folder. */
  dir: string;
  logFile: string;
}

/**
 * Starts a container as its spec says.
 *
 * @throws ImageError when no program of this machine stands for its image; AppError for what else is missing or not allowed.
 */
export async function launch(options: LaunchOptions): Promise<ContainerProcess> {
  const { pod, container, findImage, read, field, sandbox, volumes, etc, dir, logFile } = options;
  const image = findImage(container.image);
  const own = await environmentOf(container, read, field);
  const line = commandLine(image, container.command, container.args).map((word) => expand(word, own));
  const files = Object.entries(image.files);
  return startProcess({
    sandboxPid: sandbox.pid,
    dir: join(dir, container.name),
    mounts: [
      ...etc,
      ...files.map(([target, source]) => ({ source, target, access: 'ro' as const })),
      ...volumes.mountsOf(container),
    ],
    readOnlyRoot: container.securityContext?.readOnlyRootFilesystem ?? false,
    command: line,
    cwd: container.workingDir ?? image.cwd,
    env: { PATH, HOSTNAME: pod.metadata.name, ...API_ENV, ...image.env, ...own },
    user: userOf(pod, container, image.user),
    logFile,
  });
}

/** Where the API is, as every container is told: the first address of the Services' network. */
const API_ENV = { KUBERNETES_SERVICE_HOST: '10.247.0.1', KUBERNETES_SERVICE_PORT: '443' };

/** @throws AppError when it would be root and must not. */
export function userOf({ spec }: Pod, { name, securityContext }: Container, imageUser: number): User {
  const { fsGroup, supplementalGroups = [], ...podWide } = spec.securityContext ?? {};
  const context = { ...podWide, ...securityContext };
  const uid = context.runAsUser ?? imageUser;
  if (context.runAsNonRoot && uid === 0) {
    throw new AppError(`container ${name} has runAsNonRoot and would run as root`);
  }
  return {
    uid,
    gid: context.runAsGroup ?? 0,
    groups: [...supplementalGroups, ...(fsGroup === undefined ? [] : [fsGroup])],
    noNewPrivileges: context.allowPrivilegeEscalation === false,
    dropAllCapabilities: context.capabilities?.drop?.includes('ALL') ?? false,
  };
}
