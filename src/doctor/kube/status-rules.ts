import { isObject } from '../../openai/extra-body.ts';
import type { Manifest } from '../objects/manifest.ts';
import type { ObjectRemark, Rule } from '../objects/world.ts';
import { type Path, valueAt } from '../tree.ts';

interface Condition {
  path: Path;
  type: string;
  reason: string;
  message: string;
}

/** Conditions that say that something is well when they are True; the others (`Conflicted`) say nothing here. */
const GOOD = ['Accepted', 'Programmed', 'ResolvedRefs'];

/** What the controllers of a kind said of its objects: every condition that is not True, or that nobody judged one. */
export function judgeStatus(...kinds: readonly string[]): Rule {
  return (world, say) => {
    for (const object of world.objects) {
      // Of Gateways of other namespaces their own people look after.
      if (!kinds.includes(object.kind) || !world.isWhole(object.kind, object.namespace)) continue;
      const conditions = conditionsOf(object);
      if (conditions.length === 0) say(unjudged(object));
      for (const one of conditions.filter(({ isGood }) => !isGood)) say(refused(object, one));
    }
  };
}

function conditionsOf(object: Manifest): (Condition & { isGood: boolean })[] {
  const places: Path[] = [
    ['status', 'conditions'],
    ...['listeners', 'parents'].flatMap((list) =>
      object.list('status', list).map((_, index) => ['status', list, index, 'conditions']),
    ),
  ];
  return places.flatMap((place) =>
    object.list(...place).flatMap((condition, index) => {
      const get = (key: string) => String(valueAt(condition, [key]) ?? '');
      if (!isObject(condition) || !GOOD.includes(get('type'))) return [];
      // Of a Gateway that nobody took the API server itself says so.
      const isGood = get('status') === 'True';
      return [
        {
          path: [...place, index],
          type: get('type'),
          reason: get('reason'),
          message: get('message'),
          isGood,
        },
      ];
    }),
  );
}

function unjudged(object: Manifest): ObjectRemark {
  return {
    ...{ rule: 'not-judged', verdict: 'fail', object, path: ['status'] },
    happens: `no controller has said anything of ${object.kind} ${object.name}: its operator does not run, or does not know its class`,
    fix: `kubectl get pods --all-namespaces | grep -E 'stunner|envoy'\nkubectl get gatewayclass`,
  };
}

/** By the reasons of the Gateway API and of STUNner. */
const FIXES: Readonly<Record<string, (object: Manifest) => string>> = {
  NotAllowedByListeners: (object) => {
    const get = (key: string) => object.text('spec', 'parentRefs', 0, key);
    const gateway = `gateway ${get('name')} --namespace ${get('namespace') || object.namespace}`;
    return `kubectl edit ${gateway}\nin its listener${get('sectionName') ? ` ${get('sectionName')}` : ''}:\nallowedRoutes:\n  namespaces:\n    from: Selector\n    selector: {matchLabels: {kubernetes.io/metadata.name: ${object.namespace}}}`;
  },
  NoMatchingListenerHostname: (object) =>
    `give a listener of Gateway ${object.text('spec', 'parentRefs', 0, 'name')} hostname: ${object.text('spec', 'hostnames', 0)}, or the route (chart: route.host) the name of one`,
  NoMatchingParent: (object) =>
    `correct sectionName or port in spec.parentRefs (chart: route.parentRefs): kubectl get gateway ${object.text('spec', 'parentRefs', 0, 'name')} --namespace ${object.text('spec', 'parentRefs', 0, 'namespace') || object.namespace} -o yaml`,
  BackendNotFound: () => 'name a Service that is there in spec.rules[].backendRefs: kubectl get services',
  PortNotFound: () =>
    'name the Service’s port, not the container’s, in spec.rules[].backendRefs: kubectl get services',
  RefNotPermitted: (object) =>
    `make a ReferenceGrant in the namespace of the Service, from ${object.kind} of namespace ${object.namespace}`,
  AddressNotAssigned: (object) =>
    `kubectl --namespace ${object.namespace} describe service ${object.name}\nits events say why the load balancer gave no address (on CCE: kubernetes.io/elb.id and elb.class)`,
  AddressNotUsable: (object) =>
    `correct spec.addresses: kubectl --namespace ${object.namespace} edit gateway ${object.name}`,
  Pending: () => `see that the operator runs: kubectl get pods --all-namespaces | grep -E 'stunner|envoy'`,
};

function refused(object: Manifest, { path, type, reason, message }: Condition): ObjectRemark {
  const fix = FIXES[reason]?.(object);
  return {
    ...{ rule: 'status', verdict: 'fail', object, path },
    happens: `${type} is not True: ${reason}${message ? ` (${message.slice(0, 200)})` : ''}`,
    fix:
      fix ??
      `kubectl${object.namespace ? ` --namespace ${object.namespace}` : ''} describe ${object.kind.toLowerCase()} ${object.name}`,
  };
}
