import { isObject } from '../../openai/extra-body.ts';
import { valueAt } from '../tree.ts';
import type { Manifest } from './manifest.ts';
import { podPathOf } from './pods.ts';
import type { LiveKitSetup } from './setups.ts';
import type { Rule, Say, World } from './world.ts';

/** Pods of LiveKit: whether media finds them, and they each other. */
export const judgeLiveKitPods: Rule = (world, say) => {
  for (const setup of world.liveKits) {
    nodeIp(setup, say);
    replicas(setup, say);
  }
};

const BY_FIELD =
  'env:\n  - name: NODE_IP\n    valueFrom: {fieldRef: {fieldPath: status.podIP}}\nand no rtc.node_ip';

/** A pod's address changes at each start; what stands in a file is another's, and the relay refuses it. */
function nodeIp(setup: LiveKitSetup, say: Say): void {
  const { object, podPath, container, config } = setup;
  const flag = container.words.findIndex((word) => /^--node-ip(=|$)/.test(word));
  const variable = container.env.get('NODE_IP');
  const inFile = valueAt(config?.value, ['rtc', 'node_ip']);
  const own = object.text('status', 'podIP');
  if (object.get(...podPath, 'spec', 'hostNetwork') === true || (own !== '' && variable?.value === own))
    return;
  if (flag >= 0 && !/\$\(/.test(`${container.words[flag]}${container.words[flag + 1]}`)) {
    constant(setup, container.path, '--node-ip', say);
  } else if (variable?.value !== undefined && !variable.value.includes('$(')) {
    constant(setup, variable.path, 'NODE_IP', say);
  } else if (variable && variable.field !== '' && !variable.field.startsWith('status.podIP')) {
    constant(setup, variable.path, `NODE_IP from ${variable.field}`, say);
  } else if (variable === undefined && flag < 0 && inFile !== undefined) {
    constant(setup, config?.path ?? [], `rtc.node_ip ${inFile}`, say, config?.object);
  } else if (
    variable === undefined &&
    flag < 0 &&
    config &&
    valueAt(config.value, ['rtc', 'use_external_ip']) !== true
  ) {
    say({
      ...{ rule: 'livekit-node-ip', verdict: 'warn', object, path: [...container.path, 'env'] },
      happens:
        'nobody tells LiveKit its address: it asks STUN servers of Google and Twilio for one, which a closed network keeps from it',
      fix: BY_FIELD,
    });
  }
}

function constant(
  { object, podPath }: LiveKitSetup,
  path: readonly (string | number)[],
  what: string,
  say: Say,
  holder: Manifest = object,
): void {
  say({
    ...{ rule: 'livekit-node-ip', verdict: object.kind === 'Pod' ? 'warn' : 'fail', object: holder, path },
    happens: `${what} is not the address that each pod of ${object.kind} ${object.name} gets: LiveKit names it to callers, and the relay refuses to reach it${podPath.length === 0 ? ' once the pod is another' : ''}`,
    fix: BY_FIELD,
  });
}

function replicas({ object, config }: LiveKitSetup, say: Say): void {
  const count = object.number('spec', 'replicas');
  if (count < 2 || !config || valueAt(config.value, ['redis']) !== undefined) return;
  say({
    ...{ rule: 'livekit-redis', verdict: 'fail', object, path: ['spec', 'replicas'] },
    happens: `${count} servers without Redis know nothing of each other: caller and agent end up in different rooms of the same name`,
    fix: 'redis:\n  address: <host>:6379\nin LiveKit’s configuration, or replicas: 1',
  });
}

const PROMPTS_VARIABLE = 'PROMPTS_DIR';

/** A ConfigMap of prompts that no pod has, and a folder of prompts that is no volume. */
export const judgePrompts: Rule = (world, say) => {
  const bearers = world.objects.flatMap((object) => {
    const podPath = podPathOf(object.value);
    return podPath ? [{ object, volumes: object.list(...podPath, 'spec', 'volumes') }] : [];
  });
  if (bearers.length === 0) return;
  const mounted = bearers.flatMap(({ volumes }) => volumes.flatMap(configMapsOf));
  for (const map of world.all('ConfigMap')) {
    const keys = Object.keys(map.texts('data'));
    if (keys.length === 0 || !keys.every((key) => key.endsWith('.md')) || mounted.includes(map.name))
      continue;
    say({
      ...{ rule: 'prompts-not-mounted', verdict: 'warn', object: map, path: ['metadata', 'name'] },
      happens: `no pod has ConfigMap ${map.name} as a volume: its prompts reach no call`,
      fix: `prompts:\n  existingConfigMap: ${map.name}\nin the chart’s values; in a Deployment of your own: a volume {name: prompts, configMap: {name: ${map.name}}}, mounted at the folder that ${PROMPTS_VARIABLE} names`,
    });
  }
  for (const { object, volumes } of bearers) missing(object, volumes, world, say);
};

/** Names of the ConfigMaps that a volume cannot be without. */
function configMapsOf(volume: unknown): string[] {
  const sources = valueAt(volume, ['projected', 'sources']);
  return [volume, ...(Array.isArray(sources) ? sources : [])].flatMap((source) => {
    const map = valueAt(source, ['configMap']);
    return isObject(map) && map.optional !== true ? [String(map.name)] : [];
  });
}

function missing(object: Manifest, volumes: readonly unknown[], world: World, say: Say): void {
  if (!world.isWhole('ConfigMap', object.namespace)) return;
  const podPath = podPathOf(object.value) ?? [];
  volumes.forEach((volume, index) => {
    for (const name of configMapsOf(volume)) {
      if (world.find('ConfigMap', name, object.namespace)) continue;
      say({
        ...{
          rule: 'configmap-missing',
          verdict: 'fail',
          object,
          path: [...podPath, 'spec', 'volumes', index],
        },
        happens: `there is no ConfigMap ${name} in namespace ${object.namespace}: new pods wait for it, and do not start`,
        fix: `kubectl -n ${object.namespace} create configmap ${name} --from-file=<folder>`,
      });
    }
  });
}
