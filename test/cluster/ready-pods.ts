import type { KubeObject, WatchEvent } from './answer.ts';
import type { Api } from './api.ts';
import { NAMESPACE } from './control-plane.ts';

const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;
const NODE_NAME = 'node-1';

/**
 * Stands for scheduler and kubelet where a test is about controllers and nothing has to run: until the signal every pod
 * of the release is said to be running and ready, at an address of its own, and goes when it is asked to.
 */
export async function reportReady(api: Api, signal: AbortSignal): Promise<void> {
  await api.create('/api/v1/nodes', { metadata: { name: NODE_NAME } });
  let pods = 0;
  const onEvent = async ({ type, object: { metadata } }: WatchEvent<KubeObject>) => {
    const path = `${PODS}/${metadata.name}`;
    if (type === 'ADDED') {
      pods += 1;
      await api.create(`${path}/binding`, { metadata: { name: metadata.name }, target: { name: NODE_NAME } });
      await api.patch(`${path}/status`, { status: readyAt(`10.244.0.${9 + pods}`) });
    }
    if (type === 'MODIFIED' && metadata.deletionTimestamp) await api.delete(path, { gracePeriodSeconds: 0 });
  };
  // Whatever is refused was about a pod that is gone by now.
  await api.watch(PODS, (event) => void onEvent(event).catch(() => {}), signal);
}

const readyAt = (ip: string) => ({
  phase: 'Running',
  podIP: ip,
  podIPs: [{ ip }],
  conditions: ['Initialized', 'ContainersReady', 'Ready'].map((type) => ({ type, status: 'True' })),
});
