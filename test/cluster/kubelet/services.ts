import { messageOf } from '../../../src/errors.ts';
import type { Api } from '../api.ts';
import { NODE } from '../node-namespace.ts';
import { answerFor } from './dns.ts';
import { type Door, doorsOf, endpointsOf, isServing, slicesOf } from './endpoints.ts';
import { type Forwarder, openDoor } from './forward.ts';
import type { EndpointSlice, Service } from './types.ts';

/**
 * Stands for kube-proxy and the cloud's load balancer: every address of every Service is answered here and handed on to
 * its endpoints in turn, as a program does it: endpoints see the node's address as the source, and session affinity is
 * not kept.
 */
export async function forwardServices(api: Api, log: (text: string) => void, signal: AbortSignal) {
  const services = new Map<string, Service>();
  const slices = new Map<string, EndpointSlice>();
  const doors = new Map<string, Promise<Forwarder | undefined>>();
  const cut = new Set<string>();
  let turn = 0;

  const key = ({ namespace, name }: Service['metadata']) => `${namespace}/${name}`;
  const currentSlices = (service: Service) => slicesOf(service, [...slices.values()]);

  function onService(type: string, service: Service): void {
    if (type === 'DELETED') services.delete(key(service.metadata));
    else services.set(key(service.metadata), service);
    if (
      type !== 'DELETED' &&
      service.spec.type === 'LoadBalancer' &&
      !service.status?.loadBalancer?.ingress
    ) {
      const { namespace, name } = service.metadata;
      const status = { loadBalancer: { ingress: [{ ip: NODE.loadBalancerIp }] } };
      const patched = api.patch(`/api/v1/namespaces/${namespace}/services/${name}/status`, { status });
      patched.catch((error: unknown) => log(`service ${name}: ${messageOf(error)}`));
    }
    reconcile();
  }

  function reconcile(): void {
    const wanted = new Map<string, [Door, Service]>();
    for (const service of services.values()) {
      for (const door of doorsOf(service)) {
        const id = `${door.protocol} ${door.ip}:${door.port}`;
        if (!cut.has(id)) wanted.set(id, [door, service]);
      }
    }
    for (const [id, forwarder] of doors) {
      if (wanted.has(id)) continue;
      doors.delete(id);
      void forwarder.then((one) => one?.close());
    }
    for (const [id, [door, { metadata }]] of wanted) {
      if (doors.has(id)) continue;
      const current = () => {
        const service = services.get(key(metadata));
        return service ? currentSlices(service) : [];
      };
      const choose = () => {
        const endpoints = endpointsOf(current(), door.name);
        turn += 1;
        return endpoints[turn % endpoints.length];
      };
      const opened = openDoor(door, { choose, isAlive: ({ address }) => isServing(current(), address) });
      doors.set(
        id,
        opened.catch((error: unknown) => {
          log(`${id} of ${key(metadata)}: ${messageOf(error)}`);
          return undefined;
        }),
      );
    }
  }

  await api.watch<EndpointSlice>(
    '/apis/discovery.k8s.io/v1/endpointslices',
    ({ type, object }) => {
      const id = `${object.metadata.namespace}/${object.metadata.name}`;
      if (type === 'DELETED') slices.delete(id);
      else slices.set(id, object);
    },
    signal,
  );
  await api.watch<Service>('/api/v1/services', ({ type, object }) => onService(type, object), signal);

  return {
    resolve: (name: string) => answerFor(name, (id) => services.get(id), currentSlices),
    /** Nobody listens there any more, whatever the API says. @returns lets them again. */
    cut(id: string): () => void {
      cut.add(id);
      reconcile();
      return () => {
        cut.delete(id);
        reconcile();
      };
    },
    close() {
      for (const forwarder of doors.values()) void forwarder.then((one) => one?.close());
    },
  };
}
