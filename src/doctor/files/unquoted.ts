import { isScalar } from 'yaml';
import type { Manifest } from '../objects/manifest.ts';
import { podPathOf } from '../objects/pods.ts';
import type { ObjectRemark } from '../objects/world.ts';
import type { Path } from '../tree.ts';
import type { YamlText } from './yaml-text.ts';

/** Words that YAML 1.1, as Kubernetes reads it, takes for a truth value, and numbers that it takes for such. */
const NO_TEXT =
  /^(true|false|yes|no|on|off|y|n|null|~|[-+]?(0x[\da-f]+|0o?[0-7]+|\d[\d_]*(\.\d*)?(e[-+]?\d+)?|\.\d+|\.inf|\.nan))$/i;

/** Annotations and labels are texts: Kubernetes refuses an object where one is a number or a truth value. */
export function judgeTexts(object: Manifest, { document }: YamlText, below: Path): ObjectRemark[] {
  const pods = podPathOf(object.value);
  const places: Path[] = [
    ['metadata', 'annotations'],
    ['metadata', 'labels'],
    ['spec', 'loadBalancerServiceAnnotations'],
    ...(pods && pods.length > 0
      ? [
          [...pods, 'metadata', 'annotations'],
          [...pods, 'metadata', 'labels'],
        ]
      : []),
  ];
  return places.flatMap((place) =>
    Object.keys(object.texts(...place)).flatMap((key): ObjectRemark[] => {
      const path = [...place, key];
      const node = document.getIn([...below, ...path], true);
      if (!isScalar(node) || (node.type ?? 'PLAIN') !== 'PLAIN') return [];
      const source = node.source ?? '';
      if (source !== '' && !NO_TEXT.test(source)) return [];
      const what = source === '' ? 'nothing' : source;
      return [
        {
          ...{ rule: 'unquoted', verdict: 'fail', object, path },
          happens: `${what} is no text without quotes: Kubernetes refuses the object (“cannot unmarshal … into … string”)`,
          fix: `${key}: "${source}"`,
        },
      ];
    }),
  );
}
