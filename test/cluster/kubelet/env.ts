import { missing, type ReadData, textOf } from './objects.ts';
import type { Container, EnvFrom, EnvVar, Pod } from './types.ts';

type Variables = Record<string, string>;

/** Puts variables in place of `$(NAME)`. An unknown name stays as it is; `$$` is a dollar sign, so `$$(NAME)` is no reference. */
export function expand(text: string, variables: Variables): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (whole, name?: string) =>
    name === undefined ? '$' : (variables[name] ?? whole),
  );
}

/**
 * The environment that a container's `envFrom` and `env` describe; a value may refer to variables before it.
 *
 * @throws AppError when an object or a key that is not optional is missing.
 */
export async function environmentOf(
  { env = [], envFrom = [] }: Container,
  read: ReadData,
  field: (path: string) => string,
): Promise<Variables> {
  const variables: Variables = {};
  for (const source of envFrom) Object.assign(variables, await allOf(source, read));
  for (const variable of env) {
    const value = await valueFor(variable, variables, read, field);
    if (value !== undefined) variables[variable.name] = value;
  }
  return variables;
}

async function allOf({ prefix = '', configMapRef, secretRef }: EnvFrom, read: ReadData): Promise<Variables> {
  const kind = configMapRef ? 'configmaps' : 'secrets';
  const ref = configMapRef ?? secretRef;
  if (!ref) return {};
  const data = await read(kind, ref.name);
  if (!data && !ref.optional) throw missing(kind, ref.name);
  return Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [prefix + key, textOf(value)]));
}

async function valueFor(
  { value, valueFrom }: EnvVar,
  before: Variables,
  read: ReadData,
  field: (path: string) => string,
): Promise<string | undefined> {
  if (!valueFrom) return expand(value ?? '', before);
  if (valueFrom.fieldRef) return field(valueFrom.fieldRef.fieldPath);
  const kind = valueFrom.configMapKeyRef ? 'configmaps' : 'secrets';
  const ref = valueFrom.configMapKeyRef ?? valueFrom.secretKeyRef;
  if (!ref) throw missing('source of kind', Object.keys(valueFrom).join());
  const found = (await read(kind, ref.name))?.[ref.key];
  if (!found && !ref.optional) throw missing(kind, ref.name, ref.key);
  return found && textOf(found);
}

/** A `fieldRef` as the downward API has it, such as `status.podIP` or `metadata.labels['app']`. */
export function fieldOf(pod: Pod, podIP: string, hostIP: string): (path: string) => string {
  const { metadata, spec } = pod;
  const fields: Variables = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.nodeName': spec.nodeName ?? '',
    'spec.serviceAccountName': spec.serviceAccountName ?? 'default',
    'status.podIP': podIP,
    'status.podIPs': podIP,
    'status.hostIP': hostIP,
    'status.hostIPs': hostIP,
  };
  return (path) => {
    const [, map, key = ''] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path) ?? [];
    const value =
      map === undefined
        ? fields[path]
        : ((map === 'labels' ? metadata.labels : metadata.annotations)?.[key] ?? '');
    if (value === undefined) throw missing('pod field', path);
    return value;
  };
}
