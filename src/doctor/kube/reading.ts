import { setMaxListeners } from 'node:events';
import { isObject } from '../../openai/extra-body.ts';
import { parentsOf } from '../objects/gateways.ts';
import { Manifest } from '../objects/manifest.ts';
import { type World, worldOf } from '../objects/world.ts';
import { pathText, valueAt } from '../tree.ts';
import type { ClusterAccess } from './access.ts';
import { getFrom } from './api.ts';

interface Kind {
  /** `apis/apps/v1`, or `api/v1`. */
  api: string;
  plural: string;
  isClusterWide?: boolean;
}

const GATEWAY_API = 'apis/gateway.networking.k8s.io/v1';
const STUNNER = 'apis/stunner.l7mp.io/v1';

/** What is read, and nothing else: no Secret among it. The chart's Role (templates/tests/rbac.yaml) allows just these. */
export const KINDS: Readonly<Record<string, Kind>> = {
  Pod: { api: 'api/v1', plural: 'pods' },
  Service: { api: 'api/v1', plural: 'services' },
  ConfigMap: { api: 'api/v1', plural: 'configmaps' },
  Event: { api: 'api/v1', plural: 'events' },
  EndpointSlice: { api: 'apis/discovery.k8s.io/v1', plural: 'endpointslices' },
  NetworkPolicy: { api: 'apis/networking.k8s.io/v1', plural: 'networkpolicies' },
  Deployment: { api: 'apis/apps/v1', plural: 'deployments' },
  StatefulSet: { api: 'apis/apps/v1', plural: 'statefulsets' },
  DaemonSet: { api: 'apis/apps/v1', plural: 'daemonsets' },
  Gateway: { api: GATEWAY_API, plural: 'gateways' },
  HTTPRoute: { api: GATEWAY_API, plural: 'httproutes' },
  UDPRoute: { api: STUNNER, plural: 'udproutes' },
  GatewayConfig: { api: STUNNER, plural: 'gatewayconfigs' },
  GatewayClass: { api: GATEWAY_API, plural: 'gatewayclasses', isClusterWide: true },
};

/** A namespace as it was when it was read. */
export interface Reading {
  namespace: string;
  world: World;
  /** Kinds that the account may not read. */
  denied: ReadonlySet<string>;
  /** Kinds that the cluster does not have. */
  absent: ReadonlySet<string>;
}

/**
 * Reads all of KINDS in a namespace, and the Gateways and labels of other namespaces that routes name, where that is allowed.
 *
 * @throws AppError when the API cannot be reached or refuses the credentials.
 */
export async function readCluster(
  access: ClusterAccess,
  namespace: string,
  signal: AbortSignal,
): Promise<Reading> {
  // One listener for each request that is under way.
  setMaxListeners(Object.keys(KINDS).length + 8, signal);
  const denied = new Set<string>();
  const absent = new Set<string>();
  const lists = await Promise.all(
    Object.entries(KINDS).map(async ([kind, { api, plural, isClusterWide }]) => {
      const path = isClusterWide ? `/${api}/${plural}` : `/${api}/namespaces/${namespace}/${plural}`;
      const answer = await getFrom(access, path, signal);
      if (answer.kind === 'denied') denied.add(kind);
      if (answer.kind === 'absent') absent.add(kind);
      const items = answer.kind === 'ok' ? valueAt(answer.body, ['items']) : [];
      return (Array.isArray(items) ? items : []).flatMap((item) => manifest(item, kind) ?? []);
    }),
  );
  const objects = lists.flat();
  const others = await readOthers(access, objects, namespace, signal);
  const isWhole = (kind: string, of: string) =>
    kind in KINDS && !denied.has(kind) && (KINDS[kind]?.isClusterWide === true || of === namespace);
  return { namespace, world: worldOf([...objects, ...others], isWhole), denied, absent };
}

/** Gateways of other namespaces that routes name: often not for this account to read, and then their verdict has to do. */
async function readOthers(
  access: ClusterAccess,
  objects: readonly Manifest[],
  namespace: string,
  signal: AbortSignal,
): Promise<Manifest[]> {
  const paths = new Map([[`/api/v1/namespaces/${namespace}`, 'Namespace']]);
  for (const route of objects.filter(({ kind }) => ['HTTPRoute', 'UDPRoute'].includes(kind))) {
    for (const parent of parentsOf(route))
      if (parent.namespace !== namespace)
        paths.set(`/${GATEWAY_API}/namespaces/${parent.namespace}/gateways/${parent.name}`, 'Gateway');
  }
  const found = await Promise.all(
    [...paths].map(async ([path, kind]) => {
      const answer = await getFrom(access, path, signal);
      return answer.kind === 'ok' ? manifest(answer.body, kind) : undefined;
    }),
  );
  return found.flatMap((one) => one ?? []);
}

/** Lists leave out the kind of what is in them. */
function manifest(item: unknown, kind: string): Manifest | undefined {
  if (!isObject(item)) return undefined;
  const value = { ...item, kind, apiVersion: item.apiVersion ?? KINDS[kind]?.api.replace(/^apis?\//, '') };
  const object: Manifest = new Manifest(value, (path) =>
    [`${kind} ${[object.namespace, object.name].filter(Boolean).join('/')}`, pathText(path)]
      .filter(Boolean)
      .join(' '),
  );
  return object;
}
