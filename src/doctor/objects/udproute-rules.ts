import type { Path } from '../tree.ts';
import {
  type BackendRef,
  backendsOf,
  listenersOf,
  parentsOf,
  stunnerGateways,
  takesNamespace,
} from './gateways.ts';
import type { Manifest } from './manifest.ts';
import { isSelected } from './selectors.ts';
import { mediaPorts } from './setups.ts';
import type { Rule, Say, World } from './world.ts';

/** Whether the relay may reach LiveKit's media: STUNner refuses every peer that no UDPRoute covers. */
export const judgeUdpRoutes: Rule = (world, say) => {
  const gateways = stunnerGateways(world);
  const routes = world.all('UDPRoute');
  for (const gateway of gateways) attached(gateway, routes, world, say);
  for (const route of routes) {
    parents(route, world, say);
    if (parentsOf(route).some((parent) => isOneOf(parent, gateways))) backends(route, world, say);
  }
};

const isOneOf = ({ name, namespace }: { name: string; namespace: string }, gateways: readonly Manifest[]) =>
  gateways.some((one) => one.name === name && (one.namespace === namespace || !namespace || !one.namespace));

function attached(gateway: Manifest, routes: readonly Manifest[], world: World, say: Say): void {
  if (routes.some((route) => parentsOf(route).some((parent) => isOneOf(parent, [gateway])))) return;
  // In a folder the route may be elsewhere, unless others of them are here.
  if (routes.length === 0 && !world.isWhole('UDPRoute', gateway.namespace) && world.liveKits.length === 0)
    return;
  const service = mediaService(world)?.name ?? '<Service of LiveKit’s pods>';
  say({
    ...{ rule: 'udproute-missing', verdict: 'fail', object: gateway, path: ['spec', 'listeners'] },
    happens: `no UDPRoute names Gateway ${gateway.name}: callers get a relay, which refuses to reach LiveKit, and hear nothing`,
    fix: `kubectl apply -f - <<EOF\napiVersion: stunner.l7mp.io/v1\nkind: UDPRoute\nmetadata: {name: livekit-media-plane, namespace: ${gateway.namespace || '…'}}\nspec:\n  parentRefs: [{name: ${gateway.name}}]\n  rules: [{backendRefs: [{name: ${service}, port: 50000, endPort: 60000}]}]\nEOF`,
  });
}

/** A Service that selects LiveKit's pods; before others one that names draining pods too, whose calls go on. */
function mediaService(world: World): Manifest | undefined {
  const services = world
    .all('Service')
    .filter((one) => world.liveKits.some(({ object, labels }) => isSelected(one, object.namespace, labels)));
  return services.find((one) => one.get('spec', 'publishNotReadyAddresses') === true) ?? services[0];
}

function parents(route: Manifest, world: World, say: Say): void {
  for (const { index, name, namespace, sectionName } of parentsOf(route)) {
    const gateway = world.find('Gateway', name, namespace);
    const path = ['spec', 'parentRefs', index];
    if (!gateway) {
      if (!world.isWhole('Gateway', namespace) && world.all('Gateway').length === 0) continue;
      const there = stunnerGateways(world).map((one) => one.name);
      say({
        ...{ rule: 'udproute-parent', verdict: 'fail', object: route, path },
        happens: `there is no Gateway ${name} in namespace ${namespace || '(the route’s own)'}: the route opens nothing`,
        fix: `parentRefs: [{name: ${there[0] ?? '<name of the Gateway>'}}]`,
      });
      continue;
    }
    const listeners = listenersOf(gateway).filter((one) => sectionName === '' || one.name === sectionName);
    if (listeners.length === 0) {
      say({
        ...{ rule: 'udproute-parent', verdict: 'fail', object: route, path: [...path, 'sectionName'] },
        happens: `Gateway ${name} has no listener ${sectionName}: the route opens nothing`,
        fix: `remove sectionName, or name one of ${listenersOf(gateway)
          .map((one) => one.name)
          .join(', ')}`,
      });
    } else if (
      listeners.every((one) => takesNamespace(gateway, one.index, route.namespace, world) === false)
    ) {
      say({
        ...{ rule: 'udproute-namespace', verdict: 'fail', object: route, path: ['metadata', 'namespace'] },
        happens: `Gateway ${name} takes routes of its own namespace ${gateway.namespace} alone: this one opens nothing (Accepted=False, NotAllowedByListeners)`,
        fix: `metadata:\n  namespace: ${gateway.namespace}\nor, in each listener of the Gateway:\n  allowedRoutes: {namespaces: {from: All}}`,
      });
    }
  }
}

function backends(route: Manifest, world: World, say: Say): void {
  const found = backendsOf(route).flatMap((backend) => {
    const service = world.find('Service', backend.name, backend.namespace);
    if (!service) noService(route, backend, world, say);
    return service ? [{ service, path: backend.path }] : [];
  });
  for (const setup of world.liveKits) {
    const covering = found.filter(({ service }) => isSelected(service, setup.object.namespace, setup.labels));
    const [first] = covering.length > 0 ? covering : found;
    if (!first) continue;
    if (covering.length === 0) {
      const right = mediaService(world)?.name;
      say({
        ...{ rule: 'udproute-pods', verdict: 'fail', object: route, path: [...first.path, 'name'] },
        happens: `Service ${first.service.name} does not select the pods of ${setup.object.kind} ${setup.object.name}: the relay refuses to reach LiveKit (“permission denied”), and callers hear nothing`,
        fix: right
          ? `name: ${right}`
          : `in Service ${first.service.name}:\nspec:\n  selector: ${JSON.stringify(setup.labels)}`,
      });
    } else ports(route, covering, mediaPorts(setup), say);
  }
}

function noService(route: Manifest, { path, name, namespace }: BackendRef, world: World, say: Say): void {
  const right = mediaService(world)?.name;
  if (!world.isWhole('Service', namespace) && right === undefined) return;
  say({
    ...{ rule: 'udproute-backend', verdict: 'fail', object: route, path: [...path, 'name'] },
    happens: `there is no Service ${name} in namespace ${namespace || '(the route’s own)'}: the relay may reach nobody, and callers hear nothing`,
    fix: `name: ${right ?? '<Service of LiveKit’s pods>'}`,
  });
}

/** No port opens all; those of several backends add up only where each covers the whole range here. */
function ports(
  route: Manifest,
  covering: readonly { path: Path }[],
  media: ReturnType<typeof mediaPorts>,
  say: Say,
): void {
  // The older UDPRoute of the Gateway API opens all ports, whatever it names.
  if (!media || !route.text('apiVersion').startsWith('stunner.l7mp.io/')) return;
  const isOpen = covering.some(({ path }) => {
    const first = Number(route.text(...path, 'port'));
    const last = Number(route.text(...path, 'endPort')) || first;
    return first === 0 || (first <= media.first && last >= media.last);
  });
  if (isOpen) return;
  const [{ path } = { path: [] }] = covering;
  const open = [route.text(...path, 'port'), route.text(...path, 'endPort')].filter(Boolean).join('–');
  say({
    ...{ rule: 'udproute-ports', verdict: 'fail', object: route, path: [...path, 'port'] },
    happens: `the route opens UDP ${open}, and LiveKit’s media is on ${media.first}–${media.last}: calls on the other ports hear nothing`,
    fix: `port: ${media.first}\nendPort: ${media.last}`,
  });
}
