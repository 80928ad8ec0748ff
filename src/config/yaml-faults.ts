import { type Document, isMap, isNode, isScalar, isSeq } from 'yaml';
import type { z } from 'zod';

export interface YamlFault {
  /** Offset in the text of the key that is wrong; `undefined` for the document as a whole. */
  offset: number | undefined;
  problem: string;
}

export interface ExplainOptions {
  /** The keys that a document has, for the error of an unknown one at its top. */
  known: readonly string[];
}

/** A fault that zod found in a YAML document, in words, and where its key is written. */
export function explainIssue(
  issue: z.core.$ZodIssue,
  document: Document,
  { known }: ExplainOptions,
): YamlFault[] {
  if (issue.code === 'unrecognized_keys') {
    const where = issue.path.length === 0 ? `; known: ${known.join(', ')}` : ` in ${issue.path.join('.')}`;
    return issue.keys.map((key) => ({
      offset: keyOffset(document, [...issue.path, key]),
      problem: `unknown key "${key}"${where}`,
    }));
  }
  const isKey = issue.code === 'invalid_key';
  const given = isKey ? issue.path.at(-1) : valueAt(document, issue.path);
  const got = JSON.stringify(given)?.slice(0, 60) ?? 'nothing';
  const key = issue.path.join('.');
  const problem = `${isKey ? issue.issues[0]?.message : issue.message}, got ${got}`;
  return [{ offset: keyOffset(document, issue.path), problem: key ? `${key}: ${problem}` : problem }];
}

/** Also below a key that is written as a number, which zod knows as a text. */
function valueAt(document: Document, path: readonly PropertyKey[]): unknown {
  const node = path.reduce<unknown>(childOf, document.contents);
  return isNode(node) ? node.toJS(document) : node;
}

/** Where the key that a path ends with is written; where it is not, that of what it should stand in. */
export function keyOffset(document: Document, path: readonly PropertyKey[]): number | undefined {
  if (path.length === 0) return undefined;
  const parent = path.slice(0, -1).reduce<unknown>(childOf, document.contents);
  const key = pairAt(parent, path.at(-1))?.key;
  if (isScalar(key)) return key.range?.[0];
  return path.length > 1 ? keyOffset(document, path.slice(0, -1)) : undefined;
}

const pairAt = (parent: unknown, name: PropertyKey | undefined) =>
  isMap(parent)
    ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(name))
    : undefined;

const childOf = (parent: unknown, name: PropertyKey): unknown =>
  isSeq(parent) ? parent.items[Number(name)] : pairAt(parent, name)?.value;
