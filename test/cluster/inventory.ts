import type { KubeObject } from './answer.ts';
import type { Api } from './api.ts';

/** Kinds that come and go by themselves. */
const FLEETING = ['events', 'events.events.k8s.io', 'leases.coordination.k8s.io'];

/** Every object that the API server has, of every kind it knows. */
export async function everything(api: Api): Promise<KubeObject[]> {
  const kinds = await api.kubectl(['api-resources', '--verbs=list', '--output=name']);
  const listed = kinds.output.trim().split('\n');
  const names = listed.filter((name) => !FLEETING.includes(name)).join(',');
  const { code, output } = await api.kubectl(['get', names, '--all-namespaces', '--output=json']);
  if (code !== 0) throw new Error(output);
  return (JSON.parse(output) as { items: KubeObject[] }).items;
}

/** Their names: `Secret livekit/va-turn`. */
export async function inventory(api: Api): Promise<string[]> {
  const all = await everything(api);
  return all.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`).toSorted();
}
