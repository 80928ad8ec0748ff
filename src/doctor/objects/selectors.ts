import { isObject } from '../../openai/extra-body.ts';
import { valueAt } from '../tree.ts';
import { isSameNamespace, type Manifest } from './manifest.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether a Service selects pods with these labels; one without a selector selects none. */
export function isSelected(service: Manifest, namespace: string, labels: Labels): boolean {
  const selector = Object.entries(service.texts('spec', 'selector'));
  if (selector.length === 0 || !isSameNamespace(service.namespace, namespace)) return false;
  return selector.every(([key, value]) => labels[key] === value);
}

/** Whether a label selector (`matchLabels`, `matchExpressions`) takes these labels; an empty one takes all. */
export function takes(selector: unknown, labels: Labels): boolean {
  const wanted = valueAt(selector, ['matchLabels']);
  const isTaken = Object.entries(isObject(wanted) ? wanted : {}).every(
    ([key, value]) => labels[key] === String(value),
  );
  const expressions = valueAt(selector, ['matchExpressions']);
  return isTaken && (Array.isArray(expressions) ? expressions : []).every((one) => holds(one, labels));
}

function holds(expression: unknown, labels: Labels): boolean {
  const value = labels[String(valueAt(expression, ['key']))];
  const values = valueAt(expression, ['values']);
  const isIn = value !== undefined && Array.isArray(values) && values.map(String).includes(value);
  switch (valueAt(expression, ['operator'])) {
    case 'In':
      return isIn;
    case 'NotIn':
      return !isIn;
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
