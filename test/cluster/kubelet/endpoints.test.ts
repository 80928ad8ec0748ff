import { expect, test } from 'vitest';
import { doorsOf, endpointsOf, isServing } from './endpoints.ts';
import type { EndpointSlice, Service } from './types.ts';

type Conditions = NonNullable<NonNullable<EndpointSlice['endpoints']>[number]['conditions']>;

const slice = (endpoints: Record<string, Conditions>): EndpointSlice => ({
  metadata: { name: 's', namespace: 'livekit', uid: 'u' },
  ports: [
    { name: 'http', port: 7880 },
    { name: 'metrics', port: 6789 },
  ],
  endpoints: Object.entries(endpoints).map(([address, conditions]) => ({ addresses: [address], conditions })),
});

const READY = { ready: true, serving: true };
const ENDING = { ready: false, serving: true, terminating: true };
const UNREADY = { ready: false, serving: false };

test('new connections go to those that are ready, at the port of that name', () => {
  const slices = [
    slice({ '10.0.0.1': READY, '10.0.0.2': UNREADY }),
    slice({ '10.0.0.3': ENDING, '10.0.0.4': READY }),
  ];
  expect(endpointsOf(slices, 'metrics')).toEqual([
    { address: '10.0.0.1', port: 6789 },
    { address: '10.0.0.4', port: 6789 },
  ]);
  expect(endpointsOf(slices, 'none')).toEqual([]);
});

test('when none is ready, those that still serve while they end get them', () => {
  expect(endpointsOf([slice({ '10.0.0.2': UNREADY, '10.0.0.3': ENDING })], 'http')).toEqual([
    { address: '10.0.0.3', port: 7880 },
  ]);
  expect(endpointsOf([slice({ '10.0.0.2': UNREADY })], 'http')).toEqual([]);
});

test('nobody is there while the slice has nothing yet, which the API writes as null', () => {
  const empty: EndpointSlice = { ...slice({}), ports: null, endpoints: null };
  expect(endpointsOf([empty], 'http')).toEqual([]);
  expect(isServing([empty], '10.0.0.1')).toBe(false);
});

test('what is under way goes on while its endpoint serves', () => {
  const slices = [slice({ '10.0.0.2': UNREADY, '10.0.0.3': ENDING })];
  expect(isServing(slices, '10.0.0.3')).toBe(true);
  expect(isServing(slices, '10.0.0.2')).toBe(false);
  expect(isServing(slices, '10.0.0.9')).toBe(false);
});

test('a Service listens at its ClusterIP and at the load balancer', () => {
  const service: Service = {
    metadata: { name: 'udp-gateway', namespace: 'livekit', uid: 'u' },
    spec: { clusterIP: '10.247.0.9', ports: [{ name: 'udp', port: 3478, protocol: 'UDP' }, { port: 3480 }] },
    status: { loadBalancer: { ingress: [{ ip: '10.65.176.54' }] } },
  };
  expect(doorsOf(service).map(({ protocol, ip, port }) => `${protocol} ${ip}:${port}`)).toEqual([
    'UDP 10.247.0.9:3478',
    'TCP 10.247.0.9:3480',
    'UDP 10.65.176.54:3478',
    'TCP 10.65.176.54:3480',
  ]);
  expect(doorsOf({ ...service, status: {}, spec: { ...service.spec, clusterIP: 'None' } })).toEqual([]);
});
