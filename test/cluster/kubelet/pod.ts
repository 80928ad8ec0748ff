import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../src/errors.ts';
import { NODE } from '../node-namespace.ts';
import { type RunningContainer, superviseContainer } from './container.ts';
import { makePodHome, type PodHomeOptions } from './pod-home.ts';
import { createReporter } from './report.ts';
import type { Container, Pod, RestartPolicy } from './types.ts';

/** Kubernetes takes up to a minute more. */
const REFRESH_MS = 3000;
const RETRY_MS = 1000;

export interface PodOptions extends PodHomeOptions {
  log(text: string): void;
}

export interface RunningPod {
  /** Ends its containers. A later call with less grace counts. */
  terminate(graceMs: number): void;
  /** Fulfilled when all containers have ended for good, and nothing of the pod is left on the node. */
  readonly gone: Promise<void>;
}

/** Brings a pod up, keeps it up, and tells the API how it is. Init containers are repeated until they succeed. */
export function runPod(pod: Pod, options: PodOptions): RunningPod {
  const { metadata, spec } = pod;
  const { api, ip } = options;
  const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
  const log = (text: string) => options.log(`${path}: ${text}`);
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
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal });

  async function publishVolumes(): Promise<boolean> {
    return (await home).publishVolumes().then(
      () => true,
      (error: unknown) => {
        log(messageOf(error));
        return false;
      },
    );
  }

  async function initialize(): Promise<void> {
    while (!(await publishVolumes())) await pause(RETRY_MS);
    for (const container of spec.initContainers ?? []) {
      stopping.signal.throwIfAborted();
      const running = supervise(container, 'OnFailure', Promise.resolve());
      initContainers.push(running);
      await running.ended;
    }
    initialized = true;
    reporter.changed();
    void keepFresh().catch(() => {});
  }

  /** @returns never, but by the end of `pause`. */
  async function keepFresh(): Promise<never> {
    for (;;) {
      await pause(REFRESH_MS);
      await publishVolumes();
    }
  }

  const supervise = (container: Container, restartPolicy: RestartPolicy, before: Promise<void>) =>
    superviseContainer({
      spec: container,
      podIP: ip,
      restartPolicy,
      start: () => before.then(async () => (await home).start(container)),
      onChange: reporter.changed,
      log,
    });

  const home = makePodHome(pod, options);
  const ready = initialize();
  const containers = spec.containers.map((one) => supervise(one, spec.restartPolicy, ready));
  return {
    gone: Promise.all(containers.map(({ ended }) => ended)).then(async () => {
      stopping.abort();
      await reporter.flush();
      await (await home).destroy();
    }),
    terminate(graceMs) {
      stopping.abort();
      for (const container of [...initContainers, ...containers]) void container.stop(graceMs);
    },
  };
}
