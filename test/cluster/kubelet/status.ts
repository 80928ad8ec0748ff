import type { Condition, ContainerStatus, Pod, RestartPolicy } from './types.ts';

export interface Observed {
  hostIP: string;
  /** Until it has a network: none. */
  podIP: string | undefined;
  startTime: string;
  initialized: boolean;
  initContainers: readonly ContainerStatus[];
  containers: readonly ContainerStatus[];
}

/** A pod's `status` as Kubernetes derives it from its containers. */
export function statusOf({ spec, status }: Pod, observed: Observed, now: string) {
  const { hostIP, podIP, startTime, initialized, initContainers, containers } = observed;
  const phase = phaseOf(spec.restartPolicy, initialized, containers);
  const ready = initialized && containers.every((one) => one.ready);
  const reason = phase === 'Succeeded' ? 'PodCompleted' : 'ContainersNotReady';
  const condition = (type: string, holds: boolean, why: string): Condition => {
    const state = holds ? 'True' : 'False';
    const before = status?.conditions?.find((one) => one.type === type);
    const since = before?.status === state ? before.lastTransitionTime : undefined;
    return { type, status: state, ...(holds ? {} : { reason: why }), lastTransitionTime: since ?? now };
  };
  return {
    phase,
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    startTime,
    conditions: [
      condition('Initialized', initialized, 'ContainersNotInitialized'),
      condition('ContainersReady', ready, reason),
      condition('Ready', ready, reason),
    ],
    initContainerStatuses: initContainers,
    containerStatuses: containers,
  };
}

export type PodStatus = ReturnType<typeof statusOf>;

export function phaseOf(
  policy: RestartPolicy,
  initialized: boolean,
  containers: readonly ContainerStatus[],
): 'Pending' | 'Running' | 'Succeeded' | 'Failed' {
  const everStarted = ({ state, lastState }: ContainerStatus) => !state.waiting || lastState.terminated;
  if (!initialized || !containers.every(everStarted)) return 'Pending';
  const ends = containers.flatMap(({ state }) => (state.terminated ? [state.terminated.exitCode] : []));
  if (policy === 'Always' || ends.length < containers.length) return 'Running';
  if (ends.every((code) => code === 0)) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}
