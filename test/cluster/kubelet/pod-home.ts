import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Api } from '../api.ts';
import { NODE } from '../node-namespace.ts';
import { fieldOf } from './env.ts';
import type { FindImage } from './images.ts';
import { launch } from './launch.ts';
import { readDataFrom } from './objects.ts';
import { createPodVolumes } from './pod-volumes.ts';
import type { ContainerProcess } from './process.ts';
import { etcMounts } from './root.ts';
import { createSandbox } from './sandbox.ts';
import type { Container, Pod } from './types.ts';

export interface PodHomeOptions {
  api: Api;
  findImage: FindImage;
  /** Address that the pod has to itself. */
  ip: string;
  /** Folder that the pod has to itself. */
  dir: string;
  logFile(container: string): string;
}

/** What a pod has on the node, besides its processes. */
export interface PodHome {
  /** Brings the volumes to what the API holds. @throws AppError when something is missing. */
  publishVolumes(): Promise<void>;
  /** @throws AppError for what keeps the container from starting. */
  start(container: Container): Promise<ContainerProcess>;
  /** When nothing runs in it any more. */
  destroy(): Promise<void>;
}

/** @throws AppError when the kernel gives it no network. */
export async function makePodHome(pod: Pod, options: PodHomeOptions): Promise<PodHome> {
  const { api, findImage, ip, dir, logFile } = options;
  const { name, namespace } = pod.metadata;
  const field = fieldOf(pod, ip, NODE.bridgeIp);
  const volumes = createPodVolumes({ api, pod, dir: join(dir, 'volumes'), field });
  const etc = etcMounts(join(dir, 'etc'), { hostname: name, namespace, ip, nameServer: NODE.bridgeIp });
  const sandbox = await createSandbox(name, ip);
  const shared = { pod, findImage, read: readDataFrom(api, namespace), field, sandbox, volumes, etc, dir };
  return {
    publishVolumes: volumes.publish,
    start: (container) => launch({ ...shared, container, logFile: logFile(container.name) }),
    async destroy() {
      await sandbox.destroy();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
