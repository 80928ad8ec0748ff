import { backendsOf, listenersOf, stunnerGateways, TURN_PROTOCOLS } from '../objects/gateways.ts';
import type { Manifest } from '../objects/manifest.ts';
import { takes } from '../objects/selectors.ts';
import type { Rule, Say, World } from '../objects/world.ts';
import { valueAt } from '../tree.ts';

/** Whether the Service that STUNner made of a Gateway has all its listeners, and an address; and what its events say. */
export const judgeDoors: Rule = (world, say) => {
  for (const gateway of stunnerGateways(world)) {
    const service = world.find('Service', gateway.name, gateway.namespace);
    if (service) doors(gateway, service, world, say);
    else if (world.isWhole('Service', gateway.namespace)) {
      say({
        ...{ rule: 'service-missing', verdict: 'fail', object: gateway, path: [] },
        happens: `STUNner made no Service ${gateway.name} of it: there is no relay to reach`,
        fix: `see what its operator says: kubectl --namespace ${gateway.namespace} describe gateway ${gateway.name}`,
      });
    }
  }
};

function doors(gateway: Manifest, service: Manifest, world: World, say: Say): void {
  const ports = service
    .list('spec', 'ports')
    .map(
      (_, at) =>
        `${service.text('spec', 'ports', at, 'protocol') || 'TCP'} ${service.text('spec', 'ports', at, 'port')}`,
    );
  const wanted = listenersOf(gateway).flatMap(({ protocol, port }) =>
    TURN_PROTOCOLS[protocol] ? [`${TURN_PROTOCOLS[protocol]} ${port}`] : [],
  );
  const missing = wanted.filter((door) => !ports.includes(door));
  if (missing.length > 0) {
    say({
      ...{ rule: 'service-listener', verdict: 'fail', object: service, path: ['spec', 'ports'] },
      happens: `${missing.join(', ')} of Gateway ${gateway.name} is missing from its Service, which has ${ports.join(', ') || 'none'}: callers cannot reach that door, though every status is True`,
      fix: `kubectl --namespace ${gateway.namespace} annotate gateway ${gateway.name} stunner.l7mp.io/enable-mixed-protocol-lb=true\nor, where the load balancer refuses to mix, one Gateway for each protocol (chart: stunner.layout split)`,
    });
  }
  const events = world
    .all('Event')
    .filter((one) => one.text('type') === 'Warning' && one.text('involvedObject', 'kind') === 'Service')
    .filter((one) => one.text('involvedObject', 'name') === service.name);
  const hasAddress = service.list('status', 'loadBalancer', 'ingress').length > 0;
  const [last] = events.slice(-1);
  const isBalanced = service.text('spec', 'type') === 'LoadBalancer';
  if (!isBalanced || (hasAddress && !last)) return;
  say({
    ...{
      rule: 'load-balancer',
      verdict: hasAddress ? 'warn' : 'fail',
      object: service,
      path: ['status', 'loadBalancer'],
    },
    happens: `${hasAddress ? 'the load balancer complains' : 'the load balancer gave no address'}${last ? `: ${last.text('reason')} ${last.text('message').slice(0, 300)}` : ''}`,
    fix: `correct what it names (on CCE: kubernetes.io/elb.id, elb.class, health-check-options of Gateway ${gateway.name}): kubectl --namespace ${service.namespace} describe service ${service.name}`,
  });
}

/** Whether the addresses that a UDPRoute opens are those of LiveKit's pods. */
export const judgeEndpoints: Rule = (world, say) => {
  for (const route of world.all('UDPRoute')) {
    const services = backendsOf(route).filter(({ namespace }) => world.isWhole('EndpointSlice', namespace));
    if (services.length === 0 || services.length < backendsOf(route).length) continue;
    const open = new Set(services.flatMap(({ name, namespace }) => addressesOf(name, namespace, world)));
    for (const pod of liveKitPods(world)) {
      const ip = pod.text('status', 'podIP');
      if (ip === '' || open.has(ip)) continue;
      say({
        ...{ rule: 'udproute-endpoints', verdict: 'fail', object: route, path: ['spec', 'rules'] },
        happens: `pod ${pod.name} (${ip}) is none of the addresses that the route opens (${[...open].join(', ') || 'none'}): its calls hear nothing`,
        fix: `see that Service ${services[0]?.name} selects it, with publishNotReadyAddresses: true: kubectl --namespace ${route.namespace} get endpointslices`,
      });
    }
  }
};

function addressesOf(service: string, namespace: string, world: World): string[] {
  return world
    .all('EndpointSlice')
    .filter((slice) => slice.namespace === namespace)
    .filter((slice) => slice.texts('metadata', 'labels')['kubernetes.io/service-name'] === service)
    .flatMap((slice) => slice.list('endpoints'))
    .flatMap((endpoint) => {
      const addresses = valueAt(endpoint, ['addresses']);
      return Array.isArray(addresses) ? addresses.map(String) : [];
    });
}

/** Those that run, and are to stay. */
function liveKitPods(world: World): Manifest[] {
  return world
    .all('Pod')
    .filter(
      (pod) => pod.text('status', 'phase') === 'Running' && pod.text('metadata', 'deletionTimestamp') === '',
    )
    .filter((pod) =>
      world.liveKits.some(
        ({ object, labels }) =>
          object.namespace === pod.namespace &&
          takes({ matchLabels: labels }, pod.texts('metadata', 'labels')),
      ),
    );
}
