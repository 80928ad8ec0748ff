import { type Document, isMap, isScalar } from 'yaml';
import type { z } from 'zod';

export interface YamlFault {
  /** Offset in the text of the key that is wrong; `undefined` for the document as a whole. */
  offset: number | undefined;
  problem: string;
}

export interface ExplainOptions {
  /** The keys that a document has, for the error of an unknown one at its top. */
  known: readonly string[];
  /** What a key that is no valid one is not; default: what its type says. */
  badKey?: string;
}

/** A fault that zod found in a YAML document, in words, and where its key is written. */
export function explainIssue(
  issue: z.core.$ZodIssue,
  document: Document,
  { known, badKey }: ExplainOptions,
): YamlFault[] {
  if (issue.code === 'unrecognized_keys') {
    const where = issue.path.length === 0 ? `; known: ${known.join(', ')}` : ` in ${issue.path.join('.')}`;
    return issue.keys.map((key) => ({
      offset: keyOffset(document, [...issue.path, key]),
      problem: `unknown key "${key}"${where}`,
    }));
  }
  const got = JSON.stringify(document.getIn(issue.path))?.slice(0, 60) ?? 'nothing';
  const key = issue.path.join('.');
  const said = issue.code === 'invalid_key' && !badKey ? issue.issues[0]?.message : issue.message;
  const problem = issue.code === 'invalid_key' && badKey ? `not ${badKey}` : `${said}, got ${got}`;
  return [{ offset: keyOffset(document, issue.path), problem: key ? `${key}: ${problem}` : problem }];
}

/** Where the key that a path ends with is written; where it is not, that of what it should stand in. */
export function keyOffset(document: Document, path: readonly PropertyKey[]): number | undefined {
  if (path.length === 0) return undefined;
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const pair = isMap(parent)
    ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)))
    : undefined;
  if (isScalar(pair?.key)) return pair.key.range?.[0];
  return path.length > 1 ? keyOffset(document, path.slice(0, -1)) : undefined;
}
