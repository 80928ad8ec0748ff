import { expect, test } from 'vitest';
import { phaseOf, statusOf } from './status.ts';
import type { ContainerState, ContainerStatus, Pod, RestartPolicy } from './types.ts';

const END = { reason: '', startedAt: '', finishedAt: '' };
const STATES: Record<string, ContainerState> = {
  running: { running: { startedAt: '' } },
  creating: { waiting: { reason: 'ContainerCreating' } },
  ended: { terminated: { exitCode: 0, ...END } },
  failed: { terminated: { exitCode: 1, ...END } },
};

function container(state: string, ready = true): ContainerStatus {
  const isBackingOff = state === 'backing off';
  return {
    name: 'a',
    image: 'a',
    imageID: '',
    state: isBackingOff ? { waiting: { reason: 'CrashLoopBackOff' } } : (STATES[state] ?? {}),
    lastState: isBackingOff ? (STATES.failed ?? {}) : {},
    restartCount: 0,
    started: true,
    ready,
  };
}

test.each<[RestartPolicy, string[], string]>([
  ['Always', ['running'], 'Running'],
  ['Always', ['running', 'creating'], 'Pending'],
  ['Always', ['backing off'], 'Running'],
  ['Always', ['ended'], 'Running'],
  ['Never', ['running', 'failed'], 'Running'],
  ['Never', ['ended', 'ended'], 'Succeeded'],
  ['Never', ['ended', 'failed'], 'Failed'],
  ['OnFailure', ['failed'], 'Running'],
  ['OnFailure', ['ended'], 'Succeeded'],
])('%s with containers %s is %s', (policy, states, phase) => {
  expect(
    phaseOf(
      policy,
      true,
      states.map((state) => container(state)),
    ),
  ).toBe(phase);
});

const pod = (conditions: NonNullable<Pod['status']>['conditions'] = []): Pod => ({
  metadata: { name: 'a', namespace: 'b', uid: 'c' },
  spec: { restartPolicy: 'Always', containers: [] },
  status: { conditions },
});
const observed = {
  hostIP: '10.244.0.1',
  podIP: '10.244.0.10',
  startTime: 't0',
  initialized: true,
  initContainers: [],
};

function readyOf(before: Pod, containers: ContainerStatus[]) {
  const { conditions } = statusOf(before, { ...observed, containers }, 't2');
  return conditions.find(({ type }) => type === 'Ready');
}

test('a pod is ready when all its containers are', () => {
  expect(readyOf(pod(), [container('running')])).toMatchObject({ status: 'True' });
  expect(readyOf(pod(), [container('running'), container('running', false)])).toMatchObject({
    status: 'False',
    reason: 'ContainersNotReady',
  });
});

test('a condition keeps the time of its last change', () => {
  const before = pod([{ type: 'Ready', status: 'True', lastTransitionTime: 't1' }]);
  expect(readyOf(before, [container('running')])?.lastTransitionTime).toBe('t1');
  expect(readyOf(before, [container('running', false)])?.lastTransitionTime).toBe('t2');
});
