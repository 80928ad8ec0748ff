import { isObject, type JsonObject } from '../../openai/extra-body.ts';
import { valueAt } from '../tree.ts';
import { listenersOf, stunnerGateways, TURN_PROTOCOLS } from './gateways.ts';
import { isSameNamespace, type Manifest } from './manifest.ts';
import { takes } from './selectors.ts';
import { mediaPorts } from './setups.ts';
import type { Rule, World } from './world.ts';

type Labels = Readonly<Record<string, string>>;

/** Pods that a connection leaves or reaches; `undefined` for callers outside. */
interface End {
  namespace: string;
  labels: Labels;
}

interface Way {
  /** In words, after “keep”. */
  what: string;
  from: End | undefined;
  to: End;
  protocol: 'UDP' | 'TCP';
  port: number;
}

/** Whether NetworkPolicies let media through: callers to the relay, the relay to LiveKit. */
export const judgeNetworkPolicies: Rule = (world, say) => {
  const policies = world.all('NetworkPolicy');
  for (const way of waysOf(world)) {
    for (const direction of ['Ingress', 'Egress'] as const) {
      const end = direction === 'Ingress' ? way.to : way.from;
      const other = direction === 'Ingress' ? way.from : way.to;
      if (!end) continue;
      const closing = policies.filter((policy) => concerns(policy, direction, end));
      const [first] = closing;
      if (!first || closing.some((policy) => lets(policy, direction, way, other, world))) continue;
      say({
        ...{
          rule: 'network-policy',
          verdict: 'fail',
          object: first,
          path: ['spec', direction.toLowerCase()],
        },
        happens: `NetworkPolicies (${closing.map(({ name }) => name).join(', ')}) keep ${way.what} (${way.protocol} ${way.port}): callers hear nothing where the cluster enforces them`,
        fix: fixFor(direction, way, other),
      });
    }
  }
};

/** STUNner's operator gives these labels to the pods of a Gateway. */
const relayOf = ({ name, namespace }: Manifest): End => ({
  namespace,
  labels: {
    app: 'stunner',
    'stunner.l7mp.io/related-gateway-name': name,
    'stunner.l7mp.io/related-gateway-namespace': namespace,
  },
});

function waysOf(world: World): Way[] {
  return stunnerGateways(world).flatMap((gateway) => {
    const relay = relayOf(gateway);
    const doors = listenersOf(gateway).flatMap(({ protocol, port }): Way[] => {
      const layer = TURN_PROTOCOLS[protocol];
      return layer
        ? [{ what: `callers from relay ${gateway.name}`, from: undefined, to: relay, protocol: layer, port }]
        : [];
    });
    const media = world.liveKits.flatMap((setup): Way[] => {
      const ports = mediaPorts(setup);
      const to = { namespace: setup.object.namespace, labels: setup.labels };
      return ports
        ? [
            {
              what: `relay ${gateway.name} from LiveKit’s media`,
              from: relay,
              to,
              protocol: 'UDP',
              port: ports.last,
            },
          ]
        : [];
    });
    return [...doors, ...media];
  });
}

function concerns(policy: Manifest, direction: 'Ingress' | 'Egress', { namespace, labels }: End): boolean {
  const types = policy.list('spec', 'policyTypes').map(String);
  const counts =
    types.length > 0
      ? types.includes(direction)
      : direction === 'Ingress' || policy.get('spec', 'egress') !== undefined;
  return (
    counts && isSameNamespace(policy.namespace, namespace) && takes(policy.get('spec', 'podSelector'), labels)
  );
}

function lets(
  policy: Manifest,
  direction: 'Ingress' | 'Egress',
  { protocol, port }: Way,
  other: End | undefined,
  world: World,
): boolean {
  return policy.list('spec', direction.toLowerCase()).some((rule) => {
    const ports = valueAt(rule, ['ports']);
    const peers = valueAt(rule, [direction === 'Ingress' ? 'from' : 'to']);
    return (
      (!Array.isArray(ports) || ports.length === 0 || ports.some((one) => isPort(one, protocol, port))) &&
      (!Array.isArray(peers) ||
        peers.length === 0 ||
        peers.some((peer) => isPeer(peer, policy, other, world)))
    );
  });
}

/** A port by name is taken to be the right one. */
function isPort(entry: unknown, protocol: string, port: number): boolean {
  if (String(valueAt(entry, ['protocol']) ?? 'TCP') !== protocol) return false;
  const first = valueAt(entry, ['port']);
  if (first === undefined || typeof first === 'string') return true;
  const last = Number(valueAt(entry, ['endPort']) ?? first);
  return Number(first) <= port && port <= last;
}

/** A network (`ipBlock`) is taken to hold pods and callers alike: their addresses are not known here. */
function isPeer(peer: unknown, policy: Manifest, other: End | undefined, world: World): boolean {
  if (!isObject(peer)) return false;
  if (peer.ipBlock !== undefined) return true;
  if (!other) return false;
  const isThere =
    peer.namespaceSelector === undefined
      ? isSameNamespace(policy.namespace, other.namespace)
      : isNamespace(peer, other.namespace, world);
  return isThere && (peer.podSelector === undefined || takes(peer.podSelector, other.labels));
}

function isNamespace({ namespaceSelector }: JsonObject, name: string, world: World): boolean {
  const known = world.find('Namespace', name, '')?.texts('metadata', 'labels');
  return !known || takes(namespaceSelector, { 'kubernetes.io/metadata.name': name, ...known });
}

function fixFor(direction: 'Ingress' | 'Egress', { protocol, port }: Way, other: End | undefined): string {
  const ports = `    - ports: [{protocol: ${protocol}, port: ${port}}]`;
  if (!other) return `spec:\n  ingress:\n${ports}`;
  const peer = `      ${direction === 'Ingress' ? 'from' : 'to'}: [{podSelector: {matchLabels: ${JSON.stringify(other.labels)}}}]`;
  return `spec:\n  ${direction.toLowerCase()}:\n${ports}\n${peer}`;
}
