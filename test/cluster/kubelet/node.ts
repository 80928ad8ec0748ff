import type { Api } from '../api.ts';
import { NODE } from '../node-namespace.ts';

/** Makes the Node object: Ready, with room for everything, and with the port that `kubectl logs` is served at. */
export async function registerNode(api: Api, name: string, logPort: number): Promise<void> {
  const now = new Date().toISOString();
  const size = { cpu: '64', memory: '256Gi', pods: '200' };
  await api.create('/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } },
  });
  await api.patch(`/api/v1/nodes/${name}/status`, {
    status: {
      capacity: size,
      allocatable: size,
      addresses: [{ type: 'InternalIP', address: NODE.bridgeIp }],
      daemonEndpoints: { kubeletEndpoint: { Port: logPort } },
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'KubeletReady',
          message: 'process kubelet',
          lastHeartbeatTime: now,
          lastTransitionTime: now,
        },
      ],
    },
  });
}
