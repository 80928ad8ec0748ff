import type { Manifest } from './chart.ts';

interface Named {
  name: string;
}

interface HttpProbe {
  httpGet?: { path: string; port: string };
  tcpSocket?: { port: string };
}

export interface Container extends Named {
  image: string;
  command?: string[];
  args?: string[];
  env?: (Named & { value?: string; valueFrom?: Record<string, Record<string, string>> })[];
  ports?: (Named & { containerPort: number; protocol?: string })[];
  resources?: { requests?: object; limits?: object };
  securityContext?: Record<string, unknown>;
  volumeMounts?: (Named & { mountPath: string; subPath?: string; readOnly?: boolean })[];
  startupProbe?: HttpProbe;
  livenessProbe?: HttpProbe;
  readinessProbe?: HttpProbe;
}

interface Items {
  items?: { key: string; path: string }[];
}

/** All but the check's account have Secrets alone. */
interface Source {
  secret: Items & Named;
  configMap?: Items & Named;
}

export interface Volume extends Named {
  emptyDir?: object;
  configMap?: Items & Named;
  secret?: Items & { secretName: string; defaultMode?: number };
  projected?: { defaultMode: number; sources: Source[] };
}

export interface PodSpec {
  containers: Container[];
  volumes?: Volume[];
  securityContext?: Record<string, unknown>;
  terminationGracePeriodSeconds?: number;
  [field: string]: unknown;
}

/** A pod as some object makes it: a Deployment's template, or the check's own. */
export interface Workload {
  /** `Deployment va-agent` */
  title: string;
  manifest: Manifest;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  spec: PodSpec;
}

interface Template {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: PodSpec;
}

export function workloadsOf(manifests: readonly Manifest[]): Workload[] {
  return manifests.flatMap((manifest) => {
    const template = templateOf(manifest);
    if (!template) return [];
    const { labels = {}, annotations = {} } = template.metadata ?? {};
    const title = `${manifest.kind} ${manifest.metadata.name}`;
    return [{ title, manifest, labels, annotations, spec: template.spec }];
  });
}

function templateOf({ kind, metadata, spec }: Manifest): Template | undefined {
  if (kind === 'Pod') return { metadata, spec: spec as PodSpec };
  return spec?.template as Template | undefined;
}

export function workload(
  manifests: readonly Manifest[],
  component: string,
): Workload & { container: Container } {
  const found = workloadsOf(manifests).find(
    ({ labels }) => labels['app.kubernetes.io/component'] === component,
  );
  const container = found?.spec.containers[0];
  if (!found || !container) throw new Error(`no pod of ${component}`);
  return { ...found, container };
}

/** A variable's literal value. */
export const envOf = ({ env = [] }: Container, name: string): string | undefined =>
  env.find((variable) => variable.name === name)?.value;

export const selects = (selector: Record<string, string>, labels: Record<string, string>): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

/** Files that a volume brings, by path below its mount; `undefined` where all keys of an object come. */
export function filesOf(volume: Volume): string[] | undefined {
  const sources = [
    volume.configMap,
    volume.secret,
    ...(volume.projected?.sources ?? []).map(({ secret, configMap }) => secret ?? configMap),
  ];
  const items = sources.filter((source) => source !== undefined).map((source) => source.items);
  return items.some((list) => list === undefined)
    ? undefined
    : items.flatMap((list = []) => list.map(({ path }) => path));
}
