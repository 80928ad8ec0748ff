import type { EndpointSlice, Service } from './types.ts';

export interface Endpoint {
  address: string;
  port: number;
}

/** A port of a Service at one of its addresses. */
export interface Door {
  protocol: 'TCP' | 'UDP';
  ip: string;
  port: number;
  /** Name of the port, which its endpoints carry too. */
  name: string;
}

const SERVICE_LABEL = 'kubernetes.io/service-name';

export const slicesOf = ({ metadata }: Service, slices: readonly EndpointSlice[]): EndpointSlice[] =>
  slices.filter(
    (slice) =>
      slice.metadata.namespace === metadata.namespace &&
      slice.metadata.labels?.[SERVICE_LABEL] === metadata.name,
  );

/** Where a Service listens: each port at its ClusterIP and at the load balancer's addresses. */
export function doorsOf({ spec, status }: Service): Door[] {
  const { clusterIP = 'None', ports = [] } = spec;
  const balanced = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []);
  const addresses = [...(['None', ''].includes(clusterIP) ? [] : [clusterIP]), ...balanced];
  return addresses.flatMap((ip) =>
    ports.map(({ name = '', port, protocol = 'TCP' }) => ({ protocol, ip, port, name })),
  );
}

/** Who may get a new connection: all that are ready; when none is, those that still serve while they end. */
export function endpointsOf(slices: readonly EndpointSlice[], portName: string): Endpoint[] {
  const all = slices.flatMap(({ ports, endpoints }) => {
    const port = ports?.find(({ name = '' }) => name === portName)?.port;
    return port === undefined ? [] : (endpoints ?? []).map((endpoint) => ({ ...endpoint, port }));
  });
  const ready = all.filter(({ conditions }) => conditions?.ready !== false);
  const ending = all.filter(({ conditions }) => conditions?.serving && conditions.terminating);
  return (ready.length > 0 ? ready : ending).map(({ addresses: [address = ''], port }) => ({
    address,
    port,
  }));
}

/** Who may keep what is under way: UDP has no end of its own. */
export function isServing(slices: readonly EndpointSlice[], address: string): boolean {
  return slices.some(({ endpoints }) =>
    endpoints?.some(
      ({ addresses, conditions }) =>
        addresses.includes(address) && (conditions?.serving ?? conditions?.ready) !== false,
    ),
  );
}
