import { type Callers, createCallers, type PageRequest } from '../e2e/callers.ts';
import type { Api } from './api.ts';
import { NAMESPACE } from './control-plane.ts';
import { RELEASE } from './helm-release.ts';

const CORE = `/api/v1/namespaces/${NAMESPACE}`;

export async function addressOf(api: Api, service: string): Promise<string> {
  const found = await api.get<{ spec: { clusterIP: string } }>(`${CORE}/services/${service}`);
  if (!found) throw new Error(`no Service ${service}`);
  return found.spec.clusterIP;
}

export async function secretOf(api: Api, name: string): Promise<Record<string, string>> {
  const secret = await api.get<{ data: Record<string, string> }>(`${CORE}/secrets/${name}`);
  const values = Object.entries(secret?.data ?? {});
  return Object.fromEntries(values.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

/** Callers of the release that is installed, on the node, who call by its page: that sees to it that an agent comes. */
export async function pageCallers(api: Api): Promise<Callers> {
  const keys = await secretOf(api, 'livekit-server-keys');
  const livekit = { apiKey: keys.apiKey ?? '', apiSecret: keys.apiSecret ?? '' };
  return createCallers({ url: `ws://${await addressOf(api, 'livekit-server')}`, ...livekit });
}

export async function callByPage(api: Api, callers: Callers, request: PageRequest = {}) {
  const page = `http://${await addressOf(api, `${RELEASE}-web`)}`;
  return callers.callByPage(page, request, (await secretOf(api, `${RELEASE}-web`)).WEB_TOKEN);
}
