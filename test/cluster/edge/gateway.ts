import type { Api } from '../api.ts';
import type { DoorOptions } from './door.ts';
import { type HttpRoute, isTaken } from './routes.ts';

/** The Gateway in whose place the door stands, as `values-cce.yaml` names it. */
export const GATEWAY = { name: 'envoy', namespace: 'envoy-gateway-system' };

interface Service {
  spec: { clusterIP: string; ports: { port: number }[] };
}

/** The routes of that Gateway and their Services, as the API has them. */
export function gatewayRoutes(api: Api): Pick<DoorOptions, 'routes' | 'addressOf'> {
  return {
    async routes() {
      const all = await api.list<HttpRoute>('/apis/gateway.networking.k8s.io/v1/httproutes');
      const isOurs = ({ spec }: HttpRoute) =>
        spec.parentRefs.some(
          ({ name, namespace }) => name === GATEWAY.name && namespace === GATEWAY.namespace,
        );
      return all.filter((route) => isOurs(route) && isTaken(route, GATEWAY));
    },
    async addressOf({ namespace, name, port }) {
      const service = await api.get<Service>(`/api/v1/namespaces/${namespace}/services/${name}`);
      if (!service?.spec.ports.some((one) => one.port === port))
        throw new Error(`Service ${namespace}/${name} has no port ${port}`);
      return { host: service.spec.clusterIP, port };
    },
  };
}
