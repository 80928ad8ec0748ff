import { isObject } from '../../openai/extra-body.ts';
import { containersOf, liveKitConfigOf } from '../objects/pods.ts';
import { LIVEKIT } from './keys.ts';
import { readYaml, type YamlText } from './yaml-text.ts';

/** A configuration of livekit-server as it was found. */
export interface Found {
  /** Where in the file, when it is not the file itself: `ConfigMap livekit, config.yaml`. */
  within?: string;
  text: YamlText;
  /** Added to each of its lines, where it is a text inside another file. */
  firstLine: number;
  /** Whether LiveKit's Helm chart starts the server with it: that turns strict reading off. */
  isHelmValues?: boolean;
}

/**
 * Configurations of livekit-server in a YAML document: the document itself, texts of a ConfigMap or Secret, the variable
 * LIVEKIT_CONFIG of a container, the `livekit:` of the values of LiveKit's Helm chart.
 */
export function findLiveKit(document: YamlText): Found[] {
  const value = document.value;
  if (!isObject(value)) return [];
  if (isManifest(value)) return [...inConfigMap(document, value), ...inVariables(document, value)];
  if (isObject(value.livekit) && looksLikeLiveKit(value.livekit, ['rtc', 'turn'])) {
    return [{ within: 'livekit', text: partOf(document, 'livekit'), firstLine: 0, isHelmValues: true }];
  }
  return looksLikeLiveKit(value) ? [{ text: document, firstLine: 0 }] : [];
}

/** Texts of a ConfigMap or Secret begin below the line of their key. */
function inConfigMap(document: YamlText, { kind, metadata, data, stringData }: Manifest): Found[] {
  if (kind !== 'ConfigMap' && kind !== 'Secret') return [];
  const name = isObject(metadata) ? String(metadata.name) : '';
  return [{ data }, { stringData }].flatMap((section) =>
    Object.entries(section).flatMap(([part, texts]) =>
      Object.entries(isObject(texts) ? texts : {}).flatMap(([key, text]) => {
        const [inside] = typeof text === 'string' && text.includes(':') ? readYaml(text) : [];
        if (!isObject(inside?.value) || isManifest(inside.value) || !looksLikeLiveKit(inside.value))
          return [];
        return [{ within: `${kind} ${name}, ${key}`, text: inside, firstLine: document.lineOf([part, key]) }];
      }),
    ),
  );
}

/** The text of LIVEKIT_CONFIG of containers. */
function inVariables(document: YamlText, manifest: Manifest): Found[] {
  const { kind, metadata } = manifest;
  const name = isObject(metadata) ? String(metadata.name) : '';
  return containersOf(manifest).flatMap((container) => {
    const config = liveKitConfigOf(container);
    const [inside] = config ? readYaml(config.text) : [];
    if (!config || !inside) return [];
    return [
      { within: `${kind} ${name}, LIVEKIT_CONFIG`, text: inside, firstLine: document.lineOf(config.path) },
    ];
  });
}

/** Most of its keys are livekit-server's. */
export function looksLikeLiveKit(
  value: Readonly<Record<string, unknown>>,
  telling = ['rtc', 'turn', 'keys', 'redis'],
): boolean {
  const names = Object.keys(value);
  const known = names.filter((name) => typeof LIVEKIT.keys === 'object' && name in LIVEKIT.keys);
  return known.length > names.length / 2 && known.some((name) => telling.includes(name));
}

function partOf(document: YamlText, key: string): YamlText {
  return {
    document: document.document,
    value: (document.value as Record<string, unknown>)[key],
    problem: undefined,
    isTemplate: false,
    lineOf: (path) => document.lineOf([key, ...path]),
  };
}

interface Manifest extends Readonly<Record<string, unknown>> {
  apiVersion: string;
  kind: string;
}

export function isManifest(value: unknown): value is Manifest {
  return isObject(value) && typeof value.apiVersion === 'string' && typeof value.kind === 'string';
}
