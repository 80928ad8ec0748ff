import { type DnsRecorder, recordLookups } from '../../helpers/dns-recorder.ts';
import { NODE } from '../node-namespace.ts';
import { endpointsOf } from './endpoints.ts';
import type { EndpointSlice, Service } from './types.ts';

/**
 * What the cluster's DNS says to a name, lower case: the ClusterIP of `<service>.<namespace>.svc.cluster.local`, or the
 * addresses of a headless Service's endpoints; `undefined` when there is no such name. Shorter forms come with the
 * search list of the pod's resolv.conf.
 */
export function answerFor(
  name: string,
  find: (service: string) => Service | undefined,
  slicesOf: (service: Service) => readonly EndpointSlice[],
): string[] | undefined {
  const [, service, namespace] = /^([^.]+)\.([^.]+)\.svc\.cluster\.local$/.exec(name) ?? [];
  const found = service === undefined ? undefined : find(`${namespace}/${service}`);
  if (!found) return undefined;
  const { clusterIP } = found.spec;
  if (clusterIP && clusterIP !== 'None') return [clusterIP];
  const slices = slicesOf(found);
  const names = new Set(slices.flatMap(({ ports }) => (ports ?? []).map(({ name: port = '' }) => port)));
  const [first = ''] = names;
  return endpointsOf(slices, first).map(({ address }) => address);
}

/** The pods' name server. It knows nothing of names outside the cluster: those are recorded, and do not exist. */
export function startNameServer(resolve: (name: string) => string[] | undefined): Promise<DnsRecorder> {
  return recordLookups(resolve, NODE.bridgeIp);
}
