import { isObject } from '../../openai/extra-body.ts';
import { looksLikeLiveKit } from '../files/find-livekit.ts';
import { readYaml, type YamlText } from '../files/yaml-text.ts';
import { type Path, valueAt } from '../tree.ts';
import { isSameNamespace, type Manifest } from './manifest.ts';
import { type Container, containersOf, isLiveKit, liveKitConfigOf, podPathOf } from './pods.ts';

/** Pods of livekit-server as one object describes them. */
export interface LiveKitSetup {
  object: Manifest;
  /** Where the pods stand in it. */
  podPath: Path;
  container: Container;
  labels: Readonly<Record<string, string>>;
  /** Its configuration; `undefined` where it is not known. */
  config: LiveKitConfig | undefined;
}

export interface LiveKitConfig {
  /** What holds the text. */
  object: Manifest;
  path: Path;
  text: YamlText;
  /** What it says, as plain values. */
  value: unknown;
}

export function liveKitSetups(objects: readonly Manifest[]): LiveKitSetup[] {
  return objects.flatMap((object) => {
    const podPath = podPathOf(object.value);
    const container = containersOf(object.value).find(isLiveKit);
    if (!podPath || !container) return [];
    return [
      {
        object,
        podPath,
        container,
        labels: object.texts(...podPath, 'metadata', 'labels'),
        config: configOf(object, podPath, container, objects),
      },
    ];
  });
}

/** In a variable, or in a ConfigMap that the pod has as a volume. */
function configOf(
  object: Manifest,
  podPath: Path,
  container: Container,
  objects: readonly Manifest[],
): LiveKitConfig | undefined {
  const own = liveKitConfigOf(container);
  const [text] = own ? readYaml(own.text) : [];
  if (own && text) return { object, path: own.path, text, value: text.value };
  const volumes = object.list(...podPath, 'spec', 'volumes');
  const names = volumes.map((volume) => valueAt(volume, ['configMap', 'name']));
  for (const map of objects) {
    if (map.kind !== 'ConfigMap' || !names.includes(map.name)) continue;
    if (!isSameNamespace(map.namespace, object.namespace)) continue;
    for (const [key, content] of Object.entries(map.texts('data'))) {
      const [text] = content.includes(':') ? readYaml(content) : [];
      if (text && isObject(text.value) && looksLikeLiveKit(text.value))
        return { object: map, path: ['data', key], text, value: text.value };
    }
  }
  return undefined;
}

const FIRST_PORT = 50_000;
const LAST_PORT = 60_000;

/** UDP ports of its media: the range, or the ports of `rtc.udp_port`; livekit-server's own where it says none. */
export function mediaPorts({ config }: LiveKitSetup): { first: number; last: number } | undefined {
  if (!config) return undefined;
  const rtc = (key: string) => valueAt(config.value, ['rtc', key]);
  const start = Number(rtc('port_range_start') ?? 0);
  if (start > 0) return { first: start, last: Number(rtc('port_range_end') ?? 0) || LAST_PORT };
  const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(String(rtc('udp_port') ?? '')) ?? [];
  if (first === undefined) return { first: FIRST_PORT, last: LAST_PORT };
  return { first: Number(first), last: Number(last ?? first) };
}

/** The relays that its callers are told: protocol and port, such as `udp 3478`, with where each stands. */
export function turnServersOf({ config }: LiveKitSetup) {
  const servers = valueAt(config?.value, ['rtc', 'turn_servers']);
  return (Array.isArray(servers) ? servers : []).map((server, index) => ({
    index,
    host: String(valueAt(server, ['host']) ?? ''),
    port: Number(valueAt(server, ['port']) ?? 0),
    protocol: String(valueAt(server, ['protocol']) ?? ''),
    hasSecret: ['secret', 'secret_file'].some((key) => valueAt(server, [key]) !== undefined),
    username: valueAt(server, ['username']),
    credential: valueAt(server, ['credential']),
  }));
}
