import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { KubeObject } from './answer.ts';
import type { Api } from './api.ts';
import { NAMESPACE } from './control-plane.ts';
import type { ContainerStatus } from './kubelet/types.ts';

export type Component = 'agent' | 'web' | 'livekit' | 'coturn';

export interface PodObject extends KubeObject {
  status: { phase: string; podIP?: string; containerStatuses?: ContainerStatus[] };
}

/** Pods of a component, those that are going included, oldest first. */
export async function podsOf(api: Api, component: Component): Promise<PodObject[]> {
  const selector = encodeURIComponent(`app.kubernetes.io/component=${component}`);
  const pods = await api.list<PodObject>(`/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=${selector}`);
  const age = ({ metadata }: PodObject) => String(metadata.creationTimestamp);
  return pods.sort((a, b) => age(a).localeCompare(age(b)));
}

/** The only pod of a component that is not going. */
export async function podOf(api: Api, component: Component): Promise<PodObject> {
  const staying = (await podsOf(api, component)).filter(({ metadata }) => !metadata.deletionTimestamp);
  const [only] = staying;
  if (!only || staying.length > 1) throw new Error(`${staying.length} pods of ${component}`);
  return only;
}

/** Once every Deployment of the namespace runs what it should, and only that is counted as available. */
export async function rolledOut(api: Api, timeoutS = 90): Promise<void> {
  const { code, output } = await api.kubectl(['rollout', 'status', 'deployment', `--timeout=${timeoutS}s`]);
  if (code === 0) return;
  const { output: pods } = await api.kubectl(['get', 'pods,events', '--output=wide']);
  throw new Error(`${output}\n${pods}`);
}

/** A pod's first container, as this machine sees it. */
export function processOf({ metadata, status }: PodObject): { pid: number; restarts: number } {
  const [container] = status.containerStatuses ?? [];
  const pid = /^process:\/\/(\d+)$/.exec(container?.containerID ?? '')?.[1];
  if (!container || !pid) throw new Error(`pod ${metadata.name} runs nothing`);
  return { pid: Number(pid), restarts: container.restartCount };
}

/** A file as the pod has it. */
export const readIn = (pod: PodObject, path: string): string =>
  readFileSync(`/proc/${processOf(pod).pid}/root${path}`, 'utf8');

/** What a shell says in the pod, run as the pod's user with no more rights than its program has. */
export async function shellIn(pod: PodObject, script: string): Promise<string> {
  const target = `${processOf(pod).pid}`;
  const enter = ['--target', target, '--mount', '--net', '--pid', `--root=/proc/${target}/root`, '--wdns=/'];
  const user = ['setpriv', '--reuid=10001', '--regid=10001', '--groups=10001', '--bounding-set=-all'];
  const { stdout } = await promisify(execFile)('nsenter', [...enter, ...user, 'sh', '-c', script]);
  return stdout.trim();
}
