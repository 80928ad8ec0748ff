import type { Path } from '../tree.ts';
import { isSameNamespace, type Manifest } from './manifest.ts';
import type { World } from './world.ts';

export const STUNNER_CONTROLLER = 'stunner.l7mp.io/gateway-operator';
/** As STUNner names them, with what the load balancer sees. */
export const TURN_PROTOCOLS: Readonly<Record<string, 'UDP' | 'TCP'>> = {
  'TURN-UDP': 'UDP',
  'TURN-TCP': 'TCP',
  'TURN-TLS': 'TCP',
  'TURN-DTLS': 'UDP',
};

export interface Listener {
  index: number;
  name: string;
  port: number;
  /** As it stands there, such as `TURN-UDP` or `HTTPS`. */
  protocol: string;
  hostname: string;
}

export function listenersOf(gateway: Manifest): Listener[] {
  return gateway.list('spec', 'listeners').map((_, index) => {
    const get = (key: string) => gateway.text('spec', 'listeners', index, key);
    return {
      index,
      name: get('name'),
      port: Number(get('port')),
      protocol: get('protocol'),
      hostname: get('hostname'),
    };
  });
}

/** Gateways of STUNner: by their class, or by a listener of TURN. */
export function stunnerGateways(world: World): Manifest[] {
  return world.all('Gateway').filter((gateway) => {
    const gatewayClass = world.find('GatewayClass', gateway.text('spec', 'gatewayClassName'), '');
    if (gatewayClass) return gatewayClass.text('spec', 'controllerName') === STUNNER_CONTROLLER;
    return listenersOf(gateway).some(({ protocol }) => protocol.startsWith('TURN-'));
  });
}

/** Its GatewayConfig, by its class. */
export function configOf(gateway: Manifest, world: World): Manifest | undefined {
  const gatewayClass = world.find('GatewayClass', gateway.text('spec', 'gatewayClassName'), '');
  if (!gatewayClass) return undefined;
  const ref = (key: string) => gatewayClass.text('spec', 'parametersRef', key);
  return world.find('GatewayConfig', ref('name'), ref('namespace'));
}

/** Annotations of the load balancer's Service: STUNner copies the GatewayConfig's, then the Gateway's. */
export function serviceAnnotations(gateway: Manifest, world: World): Readonly<Record<string, string>> {
  return {
    ...configOf(gateway, world)?.texts('spec', 'loadBalancerServiceAnnotations'),
    ...gateway.annotations,
  };
}

export interface ParentRef {
  index: number;
  name: string;
  /** Its own, or the route's. */
  namespace: string;
  /** Name of a listener; empty: all. */
  sectionName: string;
}

/** The Gateways that a route names. */
export function parentsOf(route: Manifest): ParentRef[] {
  return route.list('spec', 'parentRefs').flatMap((_, index) => {
    const get = (key: string) => route.text('spec', 'parentRefs', index, key);
    if (!['', 'Gateway'].includes(get('kind'))) return [];
    return [
      {
        index,
        name: get('name'),
        namespace: get('namespace') || route.namespace,
        sectionName: get('sectionName'),
      },
    ];
  });
}

export interface BackendRef {
  path: Path;
  name: string;
  /** Its own, or the route's. */
  namespace: string;
}

/** The Services that a route leads to. */
export function backendsOf(route: Manifest): BackendRef[] {
  return route.list('spec', 'rules').flatMap((_, rule) =>
    route.list('spec', 'rules', rule, 'backendRefs').flatMap((__, index) => {
      const path = ['spec', 'rules', rule, 'backendRefs', index];
      if (!['', 'Service'].includes(route.text(...path, 'kind'))) return [];
      const namespace = route.text(...path, 'namespace') || route.namespace;
      return [{ path, name: route.text(...path, 'name'), namespace }];
    }),
  );
}

/** Whether a listener takes routes of this namespace; `undefined` where that hangs on labels that are not known. */
export function takesNamespace(
  gateway: Manifest,
  listener: number,
  namespace: string,
  world: World,
): boolean | undefined {
  const at = ['spec', 'listeners', listener, 'allowedRoutes', 'namespaces'];
  const from = gateway.text(...at, 'from') || 'Same';
  if (from === 'All') return true;
  if (from === 'Same') return isSameNamespace(gateway.namespace, namespace);
  if (from !== 'Selector') return false;
  if (gateway.list(...at, 'selector', 'matchExpressions').length > 0 || namespace === '') return undefined;
  const known = world.find('Namespace', namespace, '')?.texts('metadata', 'labels');
  const labels: Record<string, string> = { 'kubernetes.io/metadata.name': namespace, ...known };
  for (const [key, value] of Object.entries(gateway.texts(...at, 'selector', 'matchLabels'))) {
    if (labels[key] === value) continue;
    return known || key in labels ? false : undefined;
  }
  return true;
}
