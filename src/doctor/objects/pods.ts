import { isObject, type JsonObject } from '../../openai/extra-body.ts';
import { type Path, valueAt } from '../tree.ts';

/** Kinds that make pods, and where their pods stand in them. */
const TEMPLATES: Readonly<Record<string, Path>> = {
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  Pod: [],
};

/** Where an object says what its pods are; `undefined` for one that makes none. A pod of a Deployment is that one's. */
export function podPathOf(value: JsonObject): Path | undefined {
  const owners = valueAt(value, ['metadata', 'ownerReferences']);
  if (value.kind === 'Pod' && Array.isArray(owners) && owners.length > 0) return undefined;
  return TEMPLATES[String(value.kind)];
}

export interface Container {
  path: Path;
  image: string;
  /** Command and arguments. */
  words: readonly string[];
  /** Values of its variables; `undefined` for one that comes from elsewhere. */
  env: ReadonlyMap<string, { path: Path; value: string | undefined; field: string }>;
}

/** The containers of an object's pods; none for an object that makes none. */
export function containersOf(value: JsonObject): Container[] {
  const podPath = podPathOf(value);
  if (!podPath) return [];
  const at = [...podPath, 'spec', 'containers'];
  const containers = valueAt(value, at);
  return (Array.isArray(containers) ? containers : []).flatMap((container, index) =>
    isObject(container) ? [containerOf(container, [...at, index])] : [],
  );
}

function containerOf(container: JsonObject, path: Path): Container {
  const words = [container.command, container.args].flatMap((part) => (Array.isArray(part) ? part : []));
  const env = Array.isArray(container.env) ? container.env : [];
  return {
    path,
    image: String(container.image ?? ''),
    words: words.map(String),
    env: new Map(
      env.map((variable, index) => [
        String(valueAt(variable, ['name'])),
        {
          path: [...path, 'env', index],
          value: textAt(variable, ['value']),
          field: textAt(variable, ['valueFrom', 'fieldRef', 'fieldPath']) ?? '',
        },
      ]),
    ),
  };
}

function textAt(tree: unknown, path: Path): string | undefined {
  const value = valueAt(tree, path);
  return value === undefined || value === null ? undefined : String(value);
}

/** Whether livekit-server runs in it. */
export function isLiveKit({ image, words, env }: Container): boolean {
  return (
    /(^|\/)livekit-server([:@]|$)/.test(image) ||
    env.has('LIVEKIT_CONFIG') ||
    words.some((word) => /(^|\/)livekit-server$/.test(word))
  );
}

/**
 * The text of LIVEKIT_CONFIG with something long in place of `$(NAME)`, which Kubernetes replaces by a variable of the
 * container; a name that it does not have stays.
 */
export function liveKitConfigOf({ env }: Container): { path: Path; text: string } | undefined {
  const config = env.get('LIVEKIT_CONFIG');
  if (config?.value === undefined) return undefined;
  const text = config.value.replace(/\$\((\w+)\)/g, (whole, name: string) =>
    env.has(name) ? `the-value-of-${name}-in-the-environment` : whole,
  );
  return { path: [...config.path, 'value'], text };
}
