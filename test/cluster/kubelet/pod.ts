import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../src/errors.ts';
import type { Api } from '../api.ts';
import { NODE } from '../node-namespace.ts';
import { type RunningContainer, superviseContainer } from './container.ts';
import { fieldOf } from './env.ts';
import type { FindImage } from './images.ts';
import { launch } from './launch.ts';
import { readDataFrom } from './objects.ts';
import { createPodVolumes } from './pod-volumes.ts';
import { createReporter } from './report.ts';
import { etcMounts } from './root.ts';
import { createSandbox } from './sandbox.ts';
import type { Container, Pod } from './types.ts';

/** Kubernetes takes up to a minute more. */
const REFRESH_MS = 3000;

export interface PodHost {
  api: Api;
  findImage: FindImage;
  /** Address that the pod has to itself. */
  ip: string;
  /** Folder that the pod has to itself. */
  dir: string;
  logFile(container: string): string;
  log(text: string): void;
}

export interface RunningPod {
  /** Ends its containers, then forgets it in the API. A later call with less grace counts. */
  terminate(graceMs: number): void;
  /** Fulfilled when nothing of it is left on the node. */
  readonly gone: Promise<void>;
}

/** Brings a pod up, keeps it up, and tells the API how it is. Init containers are repeated until they succeed. */
export function runPod(pod: Pod, { api, findImage, ip, dir, logFile, log }: PodHost): RunningPod {
  const { metadata, spec } = pod;
  const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
  const field = fieldOf(pod, ip, NODE.bridgeIp);
  const volumes = createPodVolumes({ api, pod, dir: join(dir, 'volumes'), field });
  const identity = { hostname: metadata.name, namespace: metadata.namespace, ip, nameServer: NODE.bridgeIp };
  const etc = etcMounts(join(dir, 'etc'), identity);
  const sandboxMade = createSandbox(metadata.name, ip);
  const stopping = new AbortController();
  const initContainers: RunningContainer[] = [];
  let initialized = false;
  const observe = () => ({
    hostIP: NODE.bridgeIp,
    podIP: ip,
    initialized,
    initContainers: initContainers.map((one) => one.status()),
    containers: containers.map((one) => one.status()),
  });
  const reporter = createReporter(api, path, pod, observe, log);

  async function initialize(): Promise<void> {
    await sandboxMade;
    while (!(await published())) await pause(1000);
    for (const container of spec.initContainers ?? []) {
      stopping.signal.throwIfAborted();
      const running = supervise(container, 'OnFailure', published);
      initContainers.push(running);
      await running.ended;
    }
    initialized = true;
    reporter.changed();
    void keepFresh();
  }

  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal });
  const published = () =>
    volumes.publish().then(
      () => true,
      (error: unknown) => {
        log(`${path}: ${messageOf(error)}`);
        return false;
      },
    );

  async function keepFresh(): Promise<void> {
    while ((await pause(REFRESH_MS).then(published, () => undefined)) !== undefined);
  }

  const supervise = (
    container: Container,
    restartPolicy: Pod['spec']['restartPolicy'],
    before: () => Promise<unknown>,
  ) =>
    superviseContainer({
      spec: container,
      podIP: ip,
      restartPolicy,
      onChange: reporter.changed,
      log: (text) => log(`${path}: ${text}`),
      start: async () => {
        await before();
        const [sandbox, read] = [await sandboxMade, readDataFrom(api, metadata.namespace)];
        const file = logFile(container.name);
        return launch({ pod, container, findImage, read, field, sandbox, volumes, etc, dir, logFile: file });
      },
    });

  mkdirSync(dir, { recursive: true });
  const ready = initialize();
  const containers = spec.containers.map((one) => supervise(one, spec.restartPolicy, () => ready));
  const gone = Promise.all(containers.map(({ ended }) => ended)).then(async () => {
    stopping.abort();
    await reporter.flush();
    await (await sandboxMade).destroy();
    await rm(dir, { recursive: true, force: true });
  });
  return {
    gone,
    terminate(graceMs) {
      stopping.abort();
      for (const container of [...initContainers, ...containers]) void container.stop(graceMs);
    },
  };
}
