import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../../src/errors.ts';
import type { Api } from '../api.ts';
import { startNameServer } from './dns.ts';
import { imageTable, type Programs } from './images.ts';
import { serveLogs } from './log-server.ts';
import { registerNode } from './node.ts';
import { type RunningPod, runPod } from './pod.ts';
import { createAddresses } from './sandbox.ts';
import { forwardServices } from './services.ts';
import type { Pod } from './types.ts';

export interface KubeletOptions {
  api: Api;
  /** Name of the node. */
  node: string;
  programs: Programs;
  /** Folder for pods; others' files are not in it. */
  dir: string;
  /** Gets a file for each container's output, and `kubelet.log`; nothing else is in it. */
  logDir: string;
}

export interface Kubelet {
  /** Output of all containers of the pods whose name starts so, the oldest container first. */
  logsOf(namespace: string, podPrefix: string): string;
  /** What went wrong with pods and Services so far, a line each. */
  faults(): string;
  /** Every name that a pod asked for. */
  dnsNames(): string[];
  /**
   * Ends a listener of a Service or of the load balancer, such as `UDP 10.65.176.54:3478`; the API does not know.
   *
   * @returns brings it back.
   */
  cutDoor(id: string): () => void;
  /** Ends all pods at once, without telling the API. */
  stop(): Promise<void>;
}

/**
 * A node of the cluster: takes every pod that has none, and runs its containers as processes of this machine, each pod
 * with a network of its own. Stands for scheduler, kubelet, kube-proxy, cluster DNS and the load balancer. To be run in
 * the node's network namespace, as root.
 */
export async function startKubelet({ api, node, programs, dir, logDir }: KubeletOptions): Promise<Kubelet> {
  const stopping = new AbortController();
  const addresses = createAddresses();
  const findImage = imageTable(programs);
  const pods = new Map<string, RunningPod & { isDeleted: boolean }>();
  const logFile = (pod: Pod, container: string) =>
    join(logDir, `${pod.metadata.namespace}_${pod.metadata.name}_${container}.log`);
  mkdirSync(logDir, { recursive: true });
  const kubeletLog = join(logDir, 'kubelet.log');
  const log = (text: string) => appendFileSync(kubeletLog, `${new Date().toISOString()} ${text}\n`);

  const pathOf = ({ metadata }: Pod) => `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;

  const attempt = (pod: Pod, what: Promise<unknown>) =>
    what.catch((error: unknown) => {
      if (!stopping.signal.aborted) log(`${pathOf(pod)}: ${messageOf(error)}`);
    });

  function bind(pod: Pod): void {
    const target = { apiVersion: 'v1', kind: 'Node', name: node };
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: pod.metadata.name }, target };
    void attempt(pod, api.create(`${pathOf(pod)}/binding`, binding));
  }

  function start(pod: Pod): void {
    const ip = addresses.take();
    const running = runPod(pod, {
      api,
      findImage,
      ip,
      dir: join(dir, 'pods', pod.metadata.uid),
      logFile: (container) => logFile(pod, container),
      log,
    });
    pods.set(pod.metadata.uid, { ...running, isDeleted: false });
    void attempt(pod, running.gone).then(() => addresses.release(ip));
  }

  function end(pod: Pod): void {
    const { uid, deletionGracePeriodSeconds = 30 } = pod.metadata;
    const running = pods.get(uid);
    running?.terminate(deletionGracePeriodSeconds * 1000);
    if (running?.isDeleted) return;
    if (running) running.isDeleted = true;
    const forget = () => api.delete(pathOf(pod), { gracePeriodSeconds: 0, preconditions: { uid } });
    void attempt(pod, Promise.resolve(running?.gone).then(forget));
  }

  function onPod(type: string, pod: Pod): void {
    const { uid, deletionTimestamp } = pod.metadata;
    if (type === 'DELETED') {
      pods.get(uid)?.terminate(0);
      pods.delete(uid);
    } else if (!pod.spec.nodeName) {
      if (!deletionTimestamp) bind(pod);
    } else if (deletionTimestamp) {
      end(pod);
    } else if (!pods.has(uid) && !['Succeeded', 'Failed'].includes(pod.status?.phase ?? '')) {
      start(pod);
    }
  }

  const logServer = await serveLogs(logDir);
  await registerNode(api, node, logServer.port);
  const endpoints = await forwardServices(api, log, stopping.signal);
  const nameServer = await startNameServer(endpoints.resolve);
  await api.watch<Pod>('/api/v1/pods', ({ type, object }) => onPod(type, object), stopping.signal);
  return {
    logsOf: (namespace, podPrefix) =>
      readdirSync(logDir)
        .filter((name) => name.startsWith(`${namespace}_${podPrefix}`))
        .map((name) => join(logDir, name))
        .sort((a, b) => statSync(a).birthtimeMs - statSync(b).birthtimeMs)
        .map((file) => readFileSync(file, 'utf8'))
        .join(''),
    faults: () => (existsSync(kubeletLog) ? readFileSync(kubeletLog, 'utf8') : ''),
    dnsNames: nameServer.names,
    cutDoor: endpoints.cut,
    async stop() {
      stopping.abort();
      for (const running of pods.values()) running.terminate(0);
      await Promise.allSettled([...pods.values()].map(({ gone }) => gone));
      nameServer.close();
      logServer.close();
      endpoints.close();
    },
  };
}
