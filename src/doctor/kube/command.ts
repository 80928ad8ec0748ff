import { processSources } from '../../config/load.ts';
import { findAccess } from './access.ts';
import type { KubeContext } from './hops.ts';

/**
 * The cluster of this pod or of the kubeconfig.
 *
 * @param namespace - default: the pod's, or the context's.
 * @throws AppError for a kubeconfig that cannot be used.
 */
export async function kubeContext(namespace?: string): Promise<KubeContext> {
  const access = await findAccess(processSources().env);
  return { access, namespace: namespace ?? access?.namespace ?? 'livekit', seen: {} };
}
