import type { Manifest } from '../objects/manifest.ts';
import type { Rule, Say } from '../objects/world.ts';
import { type Path, valueAt } from '../tree.ts';

/** Pods that do not run, and why: what the scheduler and the kubelet say of them. */
export const judgePods: Rule = (world, say) => {
  const failedMounts = new Map(
    world
      .all('Event')
      .filter((event) => ['FailedMount', 'FailedAttachVolume'].includes(event.text('reason')))
      .map((event) => [event.text('involvedObject', 'name'), event.text('message')]),
  );
  for (const pod of world.all('Pod')) {
    if (pod.text('metadata', 'deletionTimestamp') !== '' || pod.text('status', 'phase') === 'Succeeded')
      continue;
    // This check's own, and those of earlier ones.
    if (pod.annotations['helm.sh/hook'] !== undefined) continue;
    unscheduled(pod, say);
    for (const list of ['initContainerStatuses', 'containerStatuses'])
      pod.list('status', list).forEach((_, index) => {
        waiting(pod, ['status', list, index], failedMounts.get(pod.name), say);
      });
  }
};

function unscheduled(pod: Manifest, say: Say): void {
  const conditions = pod.list('status', 'conditions');
  const index = conditions.findIndex(
    (one) => valueAt(one, ['type']) === 'PodScheduled' && valueAt(one, ['status']) === 'False',
  );
  if (index < 0) return;
  say({
    ...{ rule: 'pod-pending', verdict: 'fail', object: pod, path: ['status', 'conditions', index] },
    happens: `no node takes it: ${pod.text('status', 'conditions', index, 'message').slice(0, 300)}`,
    fix: `make room, or ask for less (chart: resources, nodeSelector, tolerations, affinity of the component): kubectl --namespace ${pod.namespace} describe pod ${pod.name}`,
  });
}

function waiting(pod: Manifest, path: Path, failedMount: string | undefined, say: Say): void {
  const reason = pod.text(...path, 'state', 'waiting', 'reason');
  const message = pod.text(...path, 'state', 'waiting', 'message').slice(0, 300);
  const container = pod.text(...path, 'name');
  const tell = (rule: string, happens: string, fix: string) =>
    say({ rule, verdict: 'fail', object: pod, path: [...path, 'state', 'waiting'], happens, fix });
  const logs = `kubectl --namespace ${pod.namespace} logs ${pod.name} --container ${container} --previous`;
  if (['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull'].includes(reason)) {
    const image = pod.text(...path, 'image');
    tell(
      'pod-image',
      `its image ${image} cannot be pulled (${reason})${message ? `: ${message}` : ''}`,
      `push ${image} to where the nodes pull from, or correct it (chart: images, images.registry, images.pullSecrets)`,
    );
  } else if (reason === 'CrashLoopBackOff') {
    const code = pod.text(...path, 'lastState', 'terminated', 'exitCode');
    tell(
      'pod-crash',
      `container ${container} ends again and again${code ? ` with exit code ${code}` : ''}`,
      logs,
    );
  } else if (reason === 'CreateContainerConfigError' || reason === 'CreateContainerError') {
    tell(
      'pod-config',
      `container ${container} cannot be made: ${message}`,
      'make the ConfigMap or Secret that it names, with that key',
    );
  } else if (reason === 'ContainerCreating' && failedMount) {
    tell(
      'pod-mount',
      `container ${container} waits for a volume: ${failedMount.slice(0, 300)}`,
      'make the ConfigMap or Secret that it names (chart: prompts.existingConfigMap and other existing… values)',
    );
  } else if (
    pod.text(...path, 'ready') === 'false' &&
    pod.text(...path, 'state', 'running', 'startedAt') !== ''
  ) {
    say({
      ...{ rule: 'pod-not-ready', verdict: 'warn', object: pod, path: [...path, 'ready'] },
      happens: `container ${container} runs and is not ready`,
      fix: logs.replace(' --previous', ''),
    });
  }
}
