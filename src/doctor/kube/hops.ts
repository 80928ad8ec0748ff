import type { Check, Finding, Means } from '../check.ts';
import { judgeElb } from '../objects/elb-rules.ts';
import { judgeGateways } from '../objects/gateway-rules.ts';
import { judgeHttpRoutes } from '../objects/httproute-rules.ts';
import { judgeNetworkPolicies } from '../objects/network-policy-rules.ts';
import { judgeTurnServers } from '../objects/turn-server-rules.ts';
import { judgeUdpRoutes } from '../objects/udproute-rules.ts';
import { judgeLiveKitPods, judgePrompts } from '../objects/workload-rules.ts';
import { type ObjectRemark, type Rule, remarksOf } from '../objects/world.ts';
import type { ClusterAccess } from './access.ts';
import { judgeDoors, judgeEndpoints } from './endpoint-rules.ts';
import { judgeConfigs } from './livekit-rules.ts';
import { judgePods } from './pod-rules.ts';
import { KINDS, type Reading, readCluster } from './reading.ts';
import { judgeStatus } from './status-rules.ts';

/** What `check --kube` knows: how to reach the cluster, and what was read there. */
export interface KubeContext {
  /** `undefined` where this process has no account of a cluster. */
  access: ClusterAccess | undefined;
  namespace: string;
  seen: { reading?: Reading };
}

type KubeCheck = Check<KubeContext>;

interface Hop {
  id: string;
  proves: string;
  /** Kinds without which nothing can be said; the first says how many objects were judged. */
  reads: readonly [string, ...string[]];
  rules: readonly Rule[];
  /** What tells the same, for who may read it. */
  command: string;
  /** What cannot be told from here though nothing stands out. */
  unknown?: string;
  /** Whether it has something to say where there is no object of the first kind. */
  isWanted?: (reading: Reading) => boolean;
}

const NO_ACCOUNT =
  'this process has no account of the cluster’s API (chart: check.readCluster is false; outside: no kubeconfig)';

const api: KubeCheck = {
  id: 'kube-api',
  proves: 'the cluster can be read',
  async run({ access, namespace, seen, signal }) {
    const may = `kubectl --namespace ${namespace} auth can-i --list`;
    if (!access) return { verdict: 'skip', cause: NO_ACCOUNT, fix: may };
    seen.reading = await readCluster(access, namespace, signal);
    const { denied, world } = seen.reading;
    const evidence = `namespace ${namespace} at ${access.server}, as ${access.origin}: ${world.objects.length} objects`;
    if (denied.size === 0) return evidence;
    const kinds = [...denied].map((kind) => KINDS[kind]?.plural).join(', ');
    if (denied.size < Object.keys(KINDS).length)
      return { verdict: 'warn', evidence, cause: `may not read ${kinds}`, fix: may };
    return { verdict: 'skip', evidence, cause: `may read nothing there (RBAC)`, fix: may };
  },
};

const HOPS: readonly Hop[] = [
  {
    id: 'kube-pods',
    proves: 'pods run',
    reads: ['Pod'],
    rules: [judgePods, judgePrompts],
    command: 'get pods,events',
  },
  {
    id: 'kube-httproute',
    proves: 'the Gateway takes the route of page and signalling',
    reads: ['HTTPRoute'],
    rules: [judgeHttpRoutes, judgeStatus('HTTPRoute')],
    command: 'describe httproute',
  },
  {
    id: 'kube-gateway',
    proves: 'STUNner takes the relay’s Gateways',
    reads: ['Gateway', 'GatewayClass', 'GatewayConfig'],
    rules: [judgeGateways, judgeStatus('Gateway', 'GatewayClass')],
    command: 'describe gateway,gatewayconfig',
  },
  {
    id: 'kube-service',
    proves: 'the relay’s Services have its doors',
    reads: ['Service', 'Gateway'],
    rules: [judgeElb, judgeDoors],
    command: 'get services,events',
    unknown:
      'whether the load balancer itself listens and lets callers in cannot be seen from inside: check --page does, from outside',
    isWanted: ({ world }) => world.all('Gateway').length > 0,
  },
  {
    id: 'kube-livekit',
    proves: 'LiveKit is configured to be reached',
    reads: ['Deployment', 'ConfigMap'],
    rules: [judgeConfigs, judgeLiveKitPods, judgeTurnServers],
    command: 'get deployments,configmaps -o yaml',
    isWanted: ({ world }) => world.liveKits.length > 0,
  },
  {
    id: 'kube-udproute',
    proves: 'the relay may reach LiveKit’s pods',
    reads: ['UDPRoute', 'Gateway', 'Service'],
    rules: [judgeUdpRoutes, judgeStatus('UDPRoute'), judgeEndpoints],
    command: 'describe udproute',
    isWanted: ({ world, absent }) => !absent.has('UDPRoute') && world.all('Gateway').length > 0,
  },
  {
    id: 'kube-network',
    proves: 'network policies let media through',
    reads: ['NetworkPolicy', 'Gateway'],
    rules: [judgeNetworkPolicies],
    command: 'get networkpolicies -o yaml',
  },
];

/** In the order in which a call meets what they read. */
export const KUBE: readonly KubeCheck[] = [api, ...HOPS.map(checkOf)];

function checkOf(hop: Hop): KubeCheck {
  const { id, proves } = hop;
  return { id, proves, needs: [api.id], run: async (context) => judge(hop, context) };
}

function judge(hop: Hop, { seen, namespace }: KubeContext & Means): Finding | undefined {
  const { reading } = seen;
  const skip = (cause: string): Finding => ({
    ...{ verdict: 'skip', cause },
    fix: `kubectl --namespace ${namespace} ${hop.command}`,
  });
  if (!reading) return skip(NO_ACCOUNT);
  const denied = hop.reads.filter((kind) => reading.denied.has(kind));
  if (denied.length > 0)
    return skip(
      `may not read ${denied.map((kind) => KINDS[kind]?.plural).join(', ')} (RBAC; chart: check.readCluster)`,
    );
  const [first] = hop.reads;
  const count = reading.world.all(first).length;
  if (!(hop.isWanted?.(reading) ?? count > 0)) return undefined;
  const remarks = withoutEchoes(remarksOf(reading.world, hop.rules));
  if (remarks.length > 0) return findingOf(remarks);
  const fine = `${count} ${KINDS[first]?.plural}: nothing stands out`;
  return { evidence: [fine, ...(hop.unknown ? [hop.unknown] : [])].join('\n') };
}

/** What a controller refused is told once: by the rule that knows why, where there is one. */
function withoutEchoes(remarks: readonly ObjectRemark[]): ObjectRemark[] {
  const told = new Set(
    remarks.filter(({ rule, verdict }) => !isEcho(rule) && verdict === 'fail').map(({ object }) => object),
  );
  return remarks.filter(({ rule, object }) => !isEcho(rule) || !told.has(object));
}

const isEcho = (rule: string) => ['status', 'udproute-endpoints'].includes(rule);

/** Most that one hop says: a hundred pods that wait for one image are told by a few. */
const MOST_REMARKS = 6;

function findingOf(remarks: readonly ObjectRemark[]): Finding {
  const worstFirst = remarks.toSorted((a, b) => Number(b.verdict === 'fail') - Number(a.verdict === 'fail'));
  const told = worstFirst.slice(0, MOST_REMARKS);
  const left = remarks.length - told.length;
  return {
    verdict: told[0]?.verdict ?? 'ok',
    evidence: [
      ...told.map(({ object, path }) => object.at(path)),
      ...(left > 0 ? [`and ${left} more`] : []),
    ].join('\n'),
    cause: told.map(({ happens }) => happens).join('\n'),
    fix: told
      .map(({ object, fix }) => (told.length > 1 ? `${object.kind} ${object.name}: ${fix}` : fix))
      .join('\n'),
  };
}
