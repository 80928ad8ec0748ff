import type { Result } from '../../src/doctor/check.ts';
import { findAccess } from '../../src/doctor/kube/access.ts';
import { KUBE } from '../../src/doctor/kube/hops.ts';
import { runChecks } from '../../src/doctor/run.ts';
import type { Api } from './api.ts';
import { NAMESPACE } from './control-plane.ts';
import { GATEWAY } from './edge/gateway.ts';
import { RELEASE } from './helm-release.ts';

/** `check --kube --only …` as whoever has the kubeconfig. */
export async function kubeHops(
  { kubeconfig }: { kubeconfig: string },
  ...ids: readonly string[]
): Promise<Result[]> {
  const access = await findAccess({ KUBECONFIG: kubeconfig });
  const results = await runChecks(KUBE, { access, namespace: NAMESPACE, fetch, seen: {} }, { only: ids });
  return results.filter(({ id }) => ids.includes(id));
}

/** Such as `ok kube-gateway`. */
export const inWords = (results: readonly Result[]): string[] =>
  results.map(({ verdict, id, cause }) => `${verdict} ${id}${verdict === 'ok' ? '' : `: ${cause}`}`);

/** Says of the release's HTTPRoute what Envoy Gateway says, where none runs: route.cluster.ts has the real one. */
export async function judgeRoute(api: Api, reason: 'Accepted' | 'NotAllowedByListeners'): Promise<void> {
  const path = `/apis/gateway.networking.k8s.io/v1/namespaces/${NAMESPACE}/httproutes/${RELEASE}/status`;
  const verdict = (type: string, why: string) => ({
    ...{ type, reason: why, message: '', observedGeneration: 1 },
    status: why === 'NotAllowedByListeners' ? 'False' : 'True',
    lastTransitionTime: new Date().toISOString(),
  });
  const conditions = [verdict('Accepted', reason), verdict('ResolvedRefs', 'ResolvedRefs')];
  const parent = {
    parentRef: GATEWAY,
    controllerName: 'gateway.envoyproxy.io/gatewayclass-controller',
    conditions,
  };
  await api.patch(path, { status: { parents: [parent] } });
}
