import { expect, test } from 'vitest';
import { answerFor } from './dns.ts';
import type { EndpointSlice, Service } from './types.ts';

const service = (name: string, clusterIP: string): Service => ({
  metadata: { name, namespace: 'livekit', uid: name },
  spec: { clusterIP },
});
const services: Record<string, Service> = {
  'livekit/sfu': service('sfu', '10.247.0.9'),
  'livekit/pods': service('pods', 'None'),
};
const slices: EndpointSlice[] = [
  {
    metadata: { name: 's', namespace: 'livekit', uid: 's' },
    ports: [{ name: 'http', port: 80 }],
    endpoints: [
      { addresses: ['10.244.0.10'], conditions: { ready: true } },
      { addresses: ['10.244.0.11'], conditions: { ready: false } },
      { addresses: ['10.244.0.12'], conditions: { ready: true } },
    ],
  },
];

test.each([
  ['sfu.livekit.svc.cluster.local', ['10.247.0.9']],
  ['pods.livekit.svc.cluster.local', ['10.244.0.10', '10.244.0.12']],
  ['none.livekit.svc.cluster.local', undefined],
  ['sfu.other.svc.cluster.local', undefined],
  ['sfu.livekit.svc', undefined],
  ['livekit.cloud', undefined],
])('%s is %s', (name, addresses) => {
  expect(
    answerFor(
      name,
      (id) => services[id],
      () => slices,
    ),
  ).toEqual(addresses);
});
