import type { Path } from '../tree.ts';
import { backendsOf, type Listener, listenersOf, parentsOf, takesNamespace } from './gateways.ts';
import type { Manifest } from './manifest.ts';
import type { Rule, Say, World } from './world.ts';

/** Whether the Gateway of signalling takes the route, and where it leads: from the Gateway API's specification. */
export const judgeHttpRoutes: Rule = (world, say) => {
  for (const route of world.all('HTTPRoute')) {
    parents(route, world, say);
    backends(route, world, say);
  }
};

function parents(route: Manifest, world: World, say: Say): void {
  for (const { index, name, namespace, sectionName } of parentsOf(route)) {
    const gateway = world.find('Gateway', name, namespace);
    if (!gateway) continue;
    const path = ['spec', 'parentRefs', index];
    const listeners = listenersOf(gateway).filter((one) => sectionName === '' || one.name === sectionName);
    if (listeners.length === 0) {
      say({
        ...{ rule: 'httproute-parent', verdict: 'fail', object: route, path: [...path, 'sectionName'] },
        happens: `Gateway ${name} has no listener ${sectionName}: it does not take the route, and the page cannot be reached`,
        fix: `sectionName: ${listenersOf(gateway)[0]?.name ?? '…'}`,
      });
      continue;
    }
    const open = listeners.filter(
      (one) =>
        takesNamespace(gateway, one.index, route.namespace, world) !== false && takesKind(gateway, one),
    );
    if (open.length === 0) refusedNamespace(route, gateway, listeners[0], path, say);
    else if (!open.some((one) => matchesHost(one.hostname, route.list('spec', 'hostnames').map(String))))
      refusedHost(route, gateway, open, say);
  }
}

function takesKind(gateway: Manifest, { index }: Listener): boolean {
  const kinds = gateway.list('spec', 'listeners', index, 'allowedRoutes', 'kinds');
  return (
    kinds.length === 0 ||
    kinds.some(
      (_, at) =>
        gateway.text('spec', 'listeners', index, 'allowedRoutes', 'kinds', at, 'kind') === 'HTTPRoute',
    )
  );
}

function refusedNamespace(
  route: Manifest,
  gateway: Manifest,
  listener: Listener | undefined,
  path: Path,
  say: Say,
): void {
  say({
    ...{ rule: 'httproute-refused', verdict: 'fail', object: route, path },
    happens: `Gateway ${gateway.name} in namespace ${gateway.namespace || '(none named)'} takes no routes of namespace ${route.namespace} (allowedRoutes): the page and signalling cannot be reached (Accepted=False, NotAllowedByListeners)`,
    fix: `in listener ${listener?.name} of Gateway ${gateway.name} (${gateway.at(['spec', 'listeners', listener?.index ?? 0])}):\nallowedRoutes:\n  namespaces:\n    from: Selector\n    selector: {matchLabels: {kubernetes.io/metadata.name: ${route.namespace}}}`,
  });
}

function refusedHost(route: Manifest, gateway: Manifest, open: readonly Listener[], say: Say): void {
  const names = open.map(({ name, hostname }) => `${name} ${hostname}`).join(', ');
  say({
    ...{ rule: 'httproute-hostname', verdict: 'fail', object: route, path: ['spec', 'hostnames'] },
    happens: `no listener of Gateway ${gateway.name} has the name of the route (it has ${names}): the page cannot be reached (Accepted=False, NoMatchingListenerHostname)`,
    fix: `hostnames: [${(open[0]?.hostname ?? '').replace(/^\*/, 'voice')}]\nor, in the Gateway’s listener, hostname: ${route.text('spec', 'hostnames', 0)}`,
  });
}

/** `*.example.com` on either side stands for every name below it. */
function matchesHost(listener: string, hosts: readonly string[]): boolean {
  if (listener === '' || hosts.length === 0) return true;
  const covers = (pattern: string, name: string) =>
    pattern === name || (pattern.startsWith('*.') && name.endsWith(pattern.slice(1)));
  return hosts.some((host) => covers(listener, host) || covers(host, listener));
}

function backends(route: Manifest, world: World, say: Say): void {
  for (const { path, name, namespace } of backendsOf(route)) {
    const service = world.find('Service', name, namespace);
    if (service) portOf(route, service, path, say);
    else if (world.isWhole('Service', namespace)) {
      say({
        ...{ rule: 'httproute-backend', verdict: 'fail', object: route, path: [...path, 'name'] },
        happens: `there is no Service ${name} in namespace ${namespace}: who opens the page gets 500 or 503`,
        fix: `name: ${world.all('Service')[0]?.name ?? '<the Service>'}`,
      });
    }
  }
}

/** A route names the Service's port, not the container's: 80, where LiveKit listens at 7880. */
function portOf(route: Manifest, service: Manifest, path: Path, say: Say): void {
  const wanted = Number(route.text(...path, 'port'));
  const ports = service
    .list('spec', 'ports')
    .map((_, at) => Number(service.text('spec', 'ports', at, 'port')));
  if (ports.length === 0 || ports.includes(wanted)) return;
  say({
    ...{ rule: 'httproute-port', verdict: 'fail', object: route, path: [...path, 'port'] },
    happens: `Service ${service.name} has no port ${wanted}, it has ${ports.join(', ')}: who opens the page gets 500 or 503 (ResolvedRefs=False)`,
    fix: `port: ${ports[0]}`,
  });
}
